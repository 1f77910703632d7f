/* Sur un écran étroit, le menu s'ouvre par une étiquette, que le clavier ne sait pas presser : on le lui apprend. */
(function () {
  "use strict";

  const LABELS = "label.md-header__button[for], .md-nav--primary label.md-nav__link, .md-nav--primary label.md-nav__title";
  const NAMES = { __drawer: "Menu du cours", __search: "Rechercher" };

  for (const label of document.querySelectorAll(LABELS)) {
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    if (NAMES[label.htmlFor] && !label.textContent.trim()) {
      label.setAttribute("aria-label", NAMES[label.htmlFor]);
    }
    label.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation(); // le thème presse lui-même les étiquettes à la touche Entrée : deux fois, ce serait aucune
        label.click();
      }
    });
  }

  addEventListener("keydown", (event) => {
    const drawer = document.getElementById("__drawer");
    if (event.key === "Escape" && drawer.checked) {
      drawer.click();
    }
  });
})();
