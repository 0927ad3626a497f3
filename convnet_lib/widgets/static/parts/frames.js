// What can wait until a picture is on the screen.

/** Milliseconds after what a frame has to do here: others still paint it. */
export const REST = 4;
const LATEST = 100; // ms: out of sight there are no frames

/**
 * Call back once the next frame is handed on to be painted, and `rest` ms are over.
 * @param {() => void} callback
 * @param {number} rest
 * @returns {() => void} what forgets it
 */
export function afterFrame(callback, rest = 0) {
  let timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    callback();
  }, LATEST);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(callback, rest);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
