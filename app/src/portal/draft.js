// See draft.rs.
{
  const kept = sessionStorage;
  const OUT = "portico.signed-out";
  const place = document.querySelector("[data-drafts]");
  if ("signedOut" in place.dataset) {
    localStorage.setItem(OUT, Date.now());
    history.replaceState(null, "", location.pathname);
  }
  // Somebody signed out in this browser since this tab looked last.
  const out = localStorage.getItem(OUT) ?? "";
  if ((kept.getItem(OUT) ?? "") !== out) {
    kept.clear();
    kept.setItem(OUT, out);
  }
  // Whose grants are not known here any more, theirs is not shown and not kept.
  const grants = place.dataset.drafts.split(" ");
  for (const key of Object.keys(kept)) {
    if (key.startsWith("draft.") && !grants.some((grant) => grant && key.startsWith(`draft.${grant}.`))) kept.removeItem(key);
  }
  // What was saved is over. The address says so no longer: what is typed from here on is a draft again.
  if (place.dataset.saved) {
    kept.removeItem(`draft.${place.dataset.saved}`);
    history.replaceState(null, "", location.pathname.replace(/\/saved$/, ""));
  }
  const key = place.dataset.about && `draft.${place.dataset.about}`;
  const form = key && document.querySelector("form[action^='/api/updates/change'], form[action^='/api/updates/put_contact']");
  if (form) {
    const typed = new URLSearchParams(kept.getItem(key) ?? "");
    const text = (name) => typed.get(name)?.replace(/\r\n/g, "\n");
    const put = (name, value) => {
      let control = form.elements.namedItem(name);
      if (!control) {
        control = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
      }
      const differs = control.value !== value;
      control.value = value;
      return differs;
    };
    let found = false;
    for (const name of new Set(typed.keys())) {
      const field = /^values\[(.*)\]$/.exec(name)?.[1];
      if (field) {
        // Only what was changed comes back, with what the page said then: from it the server tells a conflict.
        const seen = text(`seen[${field}]`);
        if (text(name) === seen || !form.elements.namedItem(name)) continue;
        found = put(name, text(name)) || found;
        put(`seen[${field}]`, seen);
        put(`had[${field}]`, text(`had[${field}]`) ?? seen);
      } else if (name === "also[]") {
        for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = typed.getAll(name).includes(box.value);
      } else if (!/\[.*\]$/.test(name) && form.elements.namedItem(name)) {
        found = put(name, text(name)) || found;
      }
    }
    if (found) document.getElementById("draft").hidden = false;
    form.addEventListener("input", () => kept.setItem(key, new URLSearchParams(new FormData(form))));
    document.querySelector("#draft button").addEventListener("click", () => {
      kept.removeItem(key);
      location.reload();
    });
  }
}
