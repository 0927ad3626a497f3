// Read by MathJax when it starts: no menu and no tables of its own from elsewhere.
window.MathJax = {
  tex: {
    inlineMath: [
      ["$", "$"],
      ["\\(", "\\)"],
    ],
    displayMath: [
      ["$$", "$$"],
      ["\\[", "\\]"],
    ],
  },
  svg: { fontCache: "global" },
  options: { enableMenu: false, skipHtmlTags: ["script", "style", "pre", "code", "textarea"] },
};
