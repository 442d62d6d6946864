/** What a cell shows whose run did not end by itself. */
import type { Output } from "./protocol";

export const STOPPED: Output = {
  output_type: "error",
  ename: "KeyboardInterrupt",
  evalue: "Stopped",
  notes: [],
  own: "",
  traceback: ["Stopped"],
  frames: [],
};

export const DIED: Output = {
  output_type: "error",
  ename: "KernelDied",
  evalue:
    "Python stopped working, most likely for want of memory or in a recursion too deep. Its names are gone; run the cell again to start it afresh.",
  notes: [],
  own: "",
  traceback: [],
  frames: [],
};
