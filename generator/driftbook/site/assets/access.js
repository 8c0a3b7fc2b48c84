/* Tables that scroll sideways can be reached and scrolled with the keyboard, and have a name; who
   opens the search with the keyboard is in it. */
(() => {
  "use strict";

  const search = document.getElementById("__search");
  const words = document.querySelector(".md-search__input");
  if (search && words) {
    search.addEventListener("change", () => search.checked && words.focus());
  }

  const label = (table) => {
    const area = table.closest(".md-typeset__scrollwrap") || table.parentElement;
    let before = area;
    while (before && !/^H[1-6]$/.test(before.tagName)) {
      before = before.previousElementSibling || before.parentElement;
    }
    const heading = before && before.firstChild ? before.firstChild.textContent.trim() : "";
    return heading ? `Table: ${heading}` : "Table";
  };

  const mark = (area, table) => {
    if (area.scrollWidth > area.clientWidth) {
      area.tabIndex = 0;
      area.setAttribute("role", "group");
      area.setAttribute("aria-label", label(table));
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) area.removeAttribute(name);
    }
  };

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const table = target.matches("table") ? target : target.querySelector("table");
      const area = table && table.closest(".md-typeset__scrollwrap");
      if (!area) continue;
      sizes.observe(area);
      mark(area, table);
    }
  });
  for (const table of document.querySelectorAll(".md-typeset table")) sizes.observe(table);
})();
