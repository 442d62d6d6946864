/** What the kernel is measured against: a worker that loads Pyodide and NumPy as their manual says, and runs the code. */
window.run = (code) =>
  new Promise((resolve) => {
    const began = performance.now();
    const worker = new Worker("bare-worker.js", { type: "module" });
    worker.onmessage = () => resolve({ messages: [performance.now() - began] });
    worker.postMessage(code);
  });
