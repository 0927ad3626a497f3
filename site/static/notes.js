// What stands for the browser's storage where that refuses or is full, as long as the page is there:
// the button of the theme and Sphinx's search take it for granted that they may write. It comes
// before any of them, in the head; exercises/form.js asks the browser's own, and says what is not kept.

(() => {
  const TRIED = "convnet_lib.try";

  /** What comes of it, or null if that is an error. @template T @param {() => T} ask */
  function attempt(ask) {
    try {
      return ask();
    } catch {
      return null;
    }
  }

  /** As much of a storage as is used here. */
  class Notes {
    /** @param {Storage | null} own  the browser's, where there is one */
    constructor(own) {
      this.own = own;
      /** @type {Map<string, string>} */
      this.notes = new Map();
    }

    /** @param {string} name */
    getItem(name) {
      return this.notes.get(name) ?? attempt(() => this.own?.getItem(name)) ?? null;
    }

    /** @param {string} name @param {string} text */
    setItem(name, text) {
      this.notes.set(name, text);
    }

    /** @param {string} name */
    removeItem(name) {
      this.notes.delete(name);
      attempt(() => this.own?.removeItem(name));
    }
  }

  const own = attempt(() => localStorage);
  const keeps = attempt(() => {
    own?.setItem(TRIED, "");
    own?.removeItem(TRIED);
    return own !== null;
  });
  if (!keeps) Object.defineProperty(globalThis, "localStorage", { value: new Notes(own) });
})();
