// See draft.rs.
{
  const kept = sessionStorage;
  const drop = (names) => {
    for (const key of Object.keys(kept)) if (key.startsWith(`draft.${names}`)) kept.removeItem(key);
  };
  const done = document.querySelector("[data-draft-done]");
  if (done) drop(done.dataset.draftDone);
  for (const way of document.querySelectorAll("form[action^='/api/account/sign_out']")) {
    way.addEventListener("submit", () => drop(""));
  }
  const place = document.querySelector("[data-draft]");
  const form = place?.querySelector("form");
  if (form) {
    const key = `draft.${place.dataset.draft}`;
    const typed = new URLSearchParams(kept.getItem(key) ?? "");
    const notice = document.getElementById("draft");
    // What the page said goes along: from it the server tells whether the practice changed it since.
    for (const control of typed.size ? form.elements : []) {
      const before = control.type === "checkbox" ? control.checked : control.value;
      if (control.type === "checkbox") control.checked = typed.getAll(control.name).includes(control.value);
      else if (typed.has(control.name)) control.value = typed.get(control.name);
      if (before !== (control.type === "checkbox" ? control.checked : control.value)) notice.hidden = false;
    }
    form.addEventListener("input", () => kept.setItem(key, new URLSearchParams(new FormData(form))));
    notice.querySelector("button").addEventListener("click", () => {
      kept.removeItem(key);
      location.reload();
    });
  }
}
