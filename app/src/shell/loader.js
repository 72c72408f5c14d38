// Wakes the islands of a page, when there are any and the browser has nothing better to do. Everything on the page works
// before that. Islands here stand beside each other: one inside another would need Leptos' own loader.
// Forgets what was typed in this tab when somebody signs out in another; see portal/draft.rs.
addEventListener("storage", ({ key, newValue }) => {
  if (key !== "portico.signed-out") return;
  sessionStorage.clear();
  sessionStorage.setItem(key, newValue ?? "");
});
((js, wasm) => {
  const wake = async () => {
    const islands = document.querySelectorAll("leptos-island");
    if (!islands.length) return;
    const portal = await import(js);
    await portal.default({ module_or_path: wasm });
    portal.hydrate();
    for (const island of islands) portal[island.dataset.component]?.(island);
  };
  (self.requestIdleCallback ?? setTimeout)(wake);
})
