// What the scripts of a page and of a slide find there, made by others. Types alone, never sent.

/** MathJax 3: its settings before it starts, and what it offers then. */
interface MathJax {
  tex?: { inlineMath: [string, string][]; displayMath: [string, string][] };
  svg?: { fontCache: string };
  options?: { enableMenu: boolean; skipHtmlTags: string[] };
  startup?: { promise: Promise<void> };
  tex2svgPromise?(tex: string, options: { display: boolean }): Promise<HTMLElement>;
  /** What the widgets look for, which know MathJax 2. */
  Hub?: { Queue(): void };
}
declare var MathJax: MathJax | undefined;

// --- The pages -------------------------------------------------------------------------------

/** Sphinx: whether the search shows passages of its own. */
declare const DOCUMENTATION_OPTIONS: { SHOW_SEARCH_SUMMARY: boolean };
/** Sphinx: what takes a word to its stem, on the search page. */
declare class Stemmer {
  stemWord(word: string): string;
}
/** The equations by their names, and the glyphs that they are drawn with (site/typesetting.py). */
declare const EQUATIONS: { formulas: Record<string, string>; glyphs: string };
/** A section: its id, its title and its text (site/excerpts.py). */
type Section = [id: string, title: string, text: string];
declare const TEXTS: Record<string, Section[]>;
/** Keep a notebook as a file; the script beside it calls this. */
declare var keep: (name: string, text: string) => void;

// --- The slides ------------------------------------------------------------------------------

/** Reveal, as far as it is used. */
interface Reveal {
  initialize(options: Record<string, unknown>): Promise<void>;
  on(event: string, callback: (event: { currentSlide: HTMLElement }) => void): void;
  getCurrentSlide(): HTMLElement | undefined;
  nextFragment(): void;
  prevFragment(): void;
}
declare var Reveal: Reveal;
/** Its notes for the speaker. */
declare var RevealNotes: object;
/** The title of the deck. */
declare var deckName: string | undefined;
