/* Ce qui défile dans son propre cadre, tableaux larges et schémas, doit pouvoir défiler au clavier. */
(function () {
  "use strict";

  const FRAMES = ".md-typeset__scrollwrap, .diagram-drawing";

  function mark() {
    for (const frame of document.querySelectorAll(FRAMES)) {
      if (frame.scrollWidth > frame.clientWidth) {
        frame.tabIndex = 0;
      } else {
        frame.removeAttribute("tabindex");
      }
    }
  }

  addEventListener("load", mark);
  addEventListener("resize", mark);
  addEventListener("toggle", mark, true);
})();
