// See messages.rs. Without this the page works by its forms and links alone. All words come from there.
{
  const place = document.querySelector("[data-messages]");
  const { messages: here, kept: key, waiting, came } = place.dataset;
  const now = () => place.querySelector("[data-conversation], [data-conversations]");
  const form = document.querySelector("form[action^='/api/chat/own_send']");
  const text = form?.elements.namedItem("body");
  const said = place.querySelector("[data-said]");
  // A look by itself is no act of anybody.
  const quiet = { accept: "text/html", "x-portico-refresh": "1" };
  const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const say = (words) => {
    said.textContent = "";
    setTimeout(() => (said.textContent = words), 50);
  };
  const isSeen = (element) => element && element.getBoundingClientRect().top < innerHeight;

  // What is new in a fresh page comes in here: messages by their numbers, whatever has the focus stays where it is.
  const show = (fresh) => {
    const [old, next] = [now(), fresh.querySelector("[data-conversation], [data-conversations]")];
    if (!old || !next || old.dataset.conversation !== next.dataset.conversation) return false;
    const list = old.querySelector("[data-list]");
    const from = Number(next.querySelector("[data-number]")?.dataset.number ?? 0);
    // Never with a gap between what is shown and what is added.
    if (!list || next.dataset.later || from > Number(old.dataset.last) + 1) {
      if (old.innerHTML !== next.innerHTML) old.replaceWith(document.adoptNode(next));
      return true;
    }
    const last = list.lastElementChild;
    const [follows, before] = [isSeen(last), Number(old.dataset.last)];
    let others = 0;
    for (const item of next.querySelectorAll("[data-number]")) {
      const shown = list.querySelector(`[data-number="${item.dataset.number}"]`);
      if (!shown) {
        others += Number(item.dataset.number) > before && !item.classList.contains("is-own");
        list.querySelector("#last")?.removeAttribute("id");
        list.insertBefore(document.adoptNode(item), list.querySelector("[data-waits]"));
      } else if (shown.dataset.version !== item.dataset.version) {
        shown.replaceWith(document.adoptNode(item));
      }
    }
    old.dataset.last = next.dataset.last;
    for (const empty of old.querySelectorAll("[data-empty]")) empty.hidden = Number(old.dataset.last) > 0;
    if (others) say(`${came} ${others}`);
    if (follows && list.lastElementChild !== last) list.lastElementChild.scrollIntoView({ block: "nearest" });
    // Chat was switched off or on: nothing that is typed goes for it.
    const closed = !fresh.querySelector("form[action^='/api/chat/own_send']");
    if (!form && !closed) location.reload();
    if (form) place.querySelector("[data-closed]").hidden = !closed;
    return true;
  };

  let [looking, again, first] = [false, false, true];
  const look = async () => {
    // Who reads what was written before goes on by the links: nothing runs ahead of them.
    if (document.visibilityState !== "visible" || location.search || now()?.dataset.later) return;
    if (looking) return void (again = true);
    looking = true;
    let failed = false;
    try {
      do {
        again = false;
        const answer = await fetch(here, { headers: quiet });
        if (!answer.ok) {
          failed = answer.status === 429 || answer.status >= 500;
          break;
        }
        show(await parsed(answer));
      } while (again);
    } catch {
      failed = true;
    } finally {
      looking = false;
    }
    // The word that led here is not said again.
    if (failed) setTimeout(look, 2500 + 5000 * Math.random());
  };
  // The first word comes with the stream. What came between the page and it is asked for by number.
  addEventListener("portico-chat", async () => {
    const { conversation: id, patient, last: after } = now()?.dataset ?? {};
    if (!first || !id) return void look();
    first = false;
    const body = new URLSearchParams({ patient, id, after });
    try {
      const answer = await fetch("/api/chat/own_more", { method: "POST", headers: quiet, body });
      if (answer.ok && !(await answer.json()).rows.length) return;
    } catch {
      // Then the page is asked for.
    }
    look();
  });
  addEventListener("visibilitychange", look);

  // What waits to be sent, in order. It stays in this tab, as what is typed does: see draft.rs.
  if (form) {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    const outbox = kept.outbox ?? [];
    if (kept.typed && !text.value) text.value = kept.typed;
    let [sending, timer] = [false, 0];
    const keep = () => {
      if (outbox.length || text.value) sessionStorage.setItem(key, JSON.stringify({ typed: text.value, outbox }));
      else sessionStorage.removeItem(key);
    };
    const id = () => {
      const random = crypto.getRandomValues(new Uint8Array(16));
      return `msg_${Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    };
    const draw = () => {
      const list = now().querySelector("[data-list]");
      for (const old of list.querySelectorAll("[data-waits]")) old.remove();
      for (const one of outbox) {
        const item = Object.assign(document.createElement("li"), { className: "chat-message is-own is-waiting" });
        const [body, foot] = ["chat-text", "chat-foot"].map((className) => Object.assign(document.createElement("p"), { className }));
        item.dataset.waits = "";
        Object.assign(body, { dir: "auto", textContent: one.body });
        foot.textContent = waiting;
        item.append(body, foot);
        list.append(item);
      }
    };
    // No answer: the same message again, which is stored once whatever became of this.
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(send, 5_000);
    };
    const send = async () => {
      if (sending || !outbox.length) return;
      sending = true;
      const [one] = outbox;
      const { conversation, patient } = now().dataset;
      const body = new URLSearchParams({ patient, id: conversation, message: one.id, body: one.body });
      const patience = new AbortController();
      const giveUp = setTimeout(() => patience.abort(), 20_000);
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" }, signal: patience.signal });
        if (answer.status >= 500 || answer.status === 429) return later();
        const fresh = await parsed(answer);
        if (answer.ok && fresh.querySelector(`[data-conversation="${conversation}"]`)) {
          outbox.shift();
          keep();
          draw();
          // Whoever read far back goes to where it goes on; what waits and what is typed goes along.
          if (location.search || now().dataset.later) return location.assign(`${here}#last`);
          show(fresh);
          now().querySelector("[data-list]").lastElementChild?.scrollIntoView({ block: "nearest" });
          setTimeout(send);
        } else if (answer.status >= 400) {
          // What is wrong with it is said by the page, with the text in its field.
          outbox.shift();
          const typed = text.value;
          text.value = "";
          keep();
          Object.assign(text, { value: typed ? `${one.body}\n${typed}` : one.body });
          form.elements.namedItem("message").value = one.id;
          form.submit();
        }
        // Else nobody is signed in any more: it waits in this tab for whoever signs in again.
      } catch {
        later();
      } finally {
        clearTimeout(giveUp);
        sending = false;
      }
    };
    form.addEventListener("submit", (event) => {
      if (!text.value.trim()) return;
      event.preventDefault();
      outbox.push({ id: id(), body: text.value });
      text.value = "";
      keep();
      draw();
      now().querySelector("[data-list]").lastElementChild.scrollIntoView({ block: "nearest" });
      send();
    });
    text.addEventListener("input", keep);
    addEventListener("online", send);
    draw();
    send();
  }
}
