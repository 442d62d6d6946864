/** The worker's file name, put in by build.mjs. */
declare const WORKER_FILE: string;

declare module "*.css";
