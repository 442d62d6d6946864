/** Whether text is set in columns, which a narrow screen must not break: two spaces between its words. */
export function inColumns(text: string): boolean {
  return /\S {2,}\S/.test(text);
}
