// See messages.rs. Without this the page works by its forms and links alone.
{
  const page = document.querySelector("[data-conversation]");
  const form = document.querySelector("form[action^='/api/chat/own_send']");
  const status = document.querySelector("[data-waiting]");
  let [first, looking, again] = [true, false, false];
  // The list of a fresh page takes the place of this one's; what is being typed stays.
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const name of ["[data-conversation]", "[data-conversations]"]) {
      const [old, next] = [document.querySelector(name), fresh.querySelector(name)];
      if (!old || !next || old.innerHTML === next.innerHTML) continue;
      const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 200;
      old.replaceWith(document.adoptNode(next));
      if (atEnd) end();
    }
    // Whoever may not write any more, or may again, is told so by a page of its own.
    if (page && !form !== !fresh.querySelector("form[action^='/api/chat/own_send']")) location.reload();
  };
  const end = () => document.getElementById("last")?.scrollIntoView({ block: "nearest" });
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    if (looking) return void (again = true);
    looking = true;
    do {
      again = false;
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } }).catch(() => null);
      if (!answer) break;
      if (!answer.ok) return location.reload();
      show(await answer.text());
    } while (again);
    looking = false;
  };
  // The first word comes with the stream. What came between the page and it is asked for by number.
  addEventListener("portico-chat", async () => {
    if (!first || !page) return void look();
    first = false;
    const { patient, conversation: id, last: after } = document.querySelector("[data-conversation]").dataset;
    const body = new URLSearchParams({ patient, id, after });
    const answer = await fetch("/api/chat/own_more", { method: "POST", body }).catch(() => null);
    if (!answer?.ok || (await answer.json()).rows.length) look();
  });
  addEventListener("visibilitychange", look);
  if (form) {
    const [text, id] = [form.elements.namedItem("body"), form.elements.namedItem("message")];
    let sending = false;
    const send = async () => {
      if (sending || !text.value.trim()) return;
      sending = true;
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } }).catch(() => null);
      sending = false;
      status.hidden = answer !== null;
      // No network: the same message again, which is stored once whatever became of this.
      if (!answer) return void setTimeout(() => status.hidden || send(), 5_000);
      // What is wrong with it is said by the page.
      if (!answer.ok || !answer.redirected) return form.submit();
      if (text.value === body.get("body")) text.value = "";
      id.value = `msg_${crypto.randomUUID().replaceAll("-", "")}`;
      show(await answer.text());
      end();
    };
    form.addEventListener("submit", (event) => {
      if (!text.value.trim()) return;
      event.preventDefault();
      send();
    });
    addEventListener("online", () => status.hidden || send());
  }
}
