/* La recherche plie les accents ; la page que l'on ouvre doit surligner ce que l'on a écrit, et non ce qui fut cherché. */
addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(".md-search-result__link");
    if (link) {
      const address = new URL(link.href);
      address.searchParams.set("h", document.querySelector(".md-search__input").value.trim());
      link.href = address.href;
    }
  },
  true,
);
