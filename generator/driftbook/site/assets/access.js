/* Who opens the search with the keyboard is in it. */
(() => {
  "use strict";

  const search = document.getElementById("__search");
  const words = document.querySelector(".md-search__input");
  if (search && words) {
    search.addEventListener("change", () => search.checked && words.focus());
  }
})();
