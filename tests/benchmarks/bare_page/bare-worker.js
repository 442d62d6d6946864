onmessage = async ({ data: code }) => {
  const folder = new URL("assets/runtime/bare/", import.meta.url).href;
  const { loadPyodide } = await import(`${folder}pyodide.mjs`);
  const python = await loadPyodide({ indexURL: folder });
  await python.loadPackage("numpy");
  postMessage(String(await python.runPythonAsync(code)));
};
