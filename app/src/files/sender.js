// <file-sender>, see files.rs. Sends the chosen files one after the other, each in pieces. A lost network costs one piece: it waits
// and goes on. What was begun is remembered in this tab, so that the same file chosen again, after a reload, goes on where it was.
const WAITS = [1, 2, 4, 8, 15];

class Refused extends Error {
  constructor(answer, status) {
    super(answer.error ?? String(status));
    Object.assign(this, { answer, status });
  }
}

customElements.define(
  "file-sender",
  class extends HTMLElement {
    connectedCallback() {
      // The content may still be on its way.
      queueMicrotask(() => this.start());
    }

    disconnectedCallback() {
      this.stopping?.abort();
    }

    start() {
      this.form = this.querySelector("form");
      if (!this.form || this.words) return;
      this.words = Object.fromEntries(this.dataset.words.split("\n").map((line) => line.split("\t")));
      this.bar = this.querySelector("progress");
      this.says = this.querySelector("[role=status]");
      this.wrong = this.querySelector(".field-error");
      this.arrived = new WeakSet();
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.sendAll();
      });
      this.querySelector("[data-stop]").addEventListener("click", () => this.stopping?.abort());
      this.form.elements.file.addEventListener("change", () => this.refuse(""));
      if ("opened" in this.dataset) this.form.elements.category.focus();
    }

    word(key, values = {}) {
      return (this.words[key] ?? this.words.fault).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    }

    say(text) {
      this.says.textContent = text;
    }

    refuse(text) {
      const field = this.form.elements.file;
      this.wrong.querySelector("span").textContent = text;
      this.wrong.hidden = !text;
      field.closest(".field")?.classList.toggle("field-wrong", Boolean(text));
      field.setAttribute("aria-invalid", String(Boolean(text)));
      if (text) field.focus();
    }

    async sendAll() {
      const field = this.form.elements.file;
      const files = [...field.files].filter((file) => !this.arrived.has(file));
      if (this.stopping) return;
      this.say("");
      this.refuse(files.length ? "" : this.word("none"));
      if (!files.length) return;
      this.stopping = new AbortController();
      this.busy(true);
      let last, failed;
      try {
        for (const [at, file] of files.entries()) {
          this.lead = files.length > 1 ? this.word("several", { number: at + 1, all: files.length }) : "";
          last = await this.send(file);
          this.arrived.add(file);
        }
        field.value = "";
      } catch (error) {
        // Those that were sent before this one are there, and are not sent again.
        failed = error;
      }
      this.stopping = undefined;
      if (!this.isConnected) return;
      this.busy(false);
      if (failed) this.told(failed);
      if (last) this.dispatchEvent(new CustomEvent("filesent", { bubbles: true }));
      if (last === "kept" && !failed && this.dataset.next) location.assign(this.dataset.next);
    }

    // Whoever is on the button that goes away goes on at what is there instead.
    busy(on) {
      const held = this.contains(document.activeElement) || document.activeElement === document.body;
      this.toggleAttribute("data-busy", on);
      if (held) (on ? this.querySelector("[data-stop]") : this.form.elements.file).focus();
    }

    told(error) {
      const name = this.fileName;
      if (error.name === "AbortError") return this.say(this.word("stopped", { name }));
      this.say("");
      const { error: kind, detail } = error.answer ?? {};
      const code = kind === "invalid" ? detail.fields[0]?.problem : kind === "conflict" ? detail : kind;
      const known = { not_signed_in: "signed_out", not_found: "gone" };
      const text = this.word(known[code] ?? code, { name });
      const reference = detail?.reference ? ` (${detail.reference})` : "";
      this.refuse(`${this.lead ? `${name}: ` : ""}${text}${reference}`);
    }

    async send(file) {
      const { name, size, lastModified } = file;
      Object.assign(this, { fileName: name, tenth: undefined });
      const { patient } = this.dataset;
      const category = this.form.elements.category.value;
      const key = `upload.${patient}.${name}.${size}.${lastModified}`;
      this.show(0, size);
      let upload = await this.begun(sessionStorage.getItem(key), patient);
      if (upload) this.say(this.lead + this.word("resuming", { name }));
      upload ??= await this.call("begin", { patient, form: { name, category, size } });
      sessionStorage.setItem(key, upload.id);
      try {
        const all = Math.ceil(size / upload.piece);
        for (let failed = 0; upload.pieces < all; ) {
          const from = upload.pieces * upload.piece;
          try {
            const body = file.slice(from, from + upload.piece);
            const path = `/uploads/${patient}/${upload.id}/${upload.pieces}`;
            upload = await this.ask(path, { method: "PUT", body }, "application/octet-stream");
            failed = 0;
          } catch (error) {
            if (error.answer?.detail !== "not_the_next_piece" || ++failed > 3) throw error;
            upload = await this.call("progress", { patient, id: upload.id });
          }
          this.show(Math.min(upload.pieces * upload.piece, size), size);
        }
        this.say(this.lead + this.word("looking", { name }));
        const { state } = await this.call("finish", { patient, id: upload.id });
        sessionStorage.removeItem(key);
        if (state === "infected") throw new Refused({ error: "infected" }, 422);
        this.say(this.lead + this.word(state === "waiting" ? "later" : "sent", { name }));
        return state;
      } catch (error) {
        // Whoever leaves the page has not stopped it: the same file chosen again goes on.
        const stopped = error.name === "AbortError" && this.isConnected;
        if (stopped || [404, 409, 422].includes(error.status)) sessionStorage.removeItem(key);
        if (stopped) this.call("give_up", { patient, id: upload.id }, { keepalive: true }).catch(() => {});
        throw error;
      }
    }

    async begun(id, patient) {
      if (!id) return undefined;
      try {
        return await this.call("progress", { patient, id });
      } catch (error) {
        if (error.status === 404) return undefined;
        throw error;
      }
    }

    show(sent, size) {
      this.bar.max = size || 1;
      this.bar.value = sent;
      const percent = Math.floor((100 * sent) / (size || 1));
      // A screen reader is told each tenth, not each piece.
      const tenth = Math.floor(percent / 10);
      if (this.tenth !== tenth) this.say(this.lead + this.word("sending", { name: this.fileName, percent }));
      this.tenth = tenth;
    }

    call(door, args, more) {
      return this.ask(`/api/files/${door}`, { method: "POST", body: JSON.stringify(args), ...more }, "application/json");
    }

    // Asks until there is an answer, or the person stops. What a busy or restarting server answers is no answer yet.
    async ask(path, options, type) {
      const headers = { "content-type": type, accept: "application/json" };
      if (this.dataset.user) headers["x-portico-user"] = this.dataset.user;
      const signal = options.keepalive ? undefined : this.stopping?.signal;
      for (let tries = 0; ; tries++) {
        const answer = await fetch(path, { ...options, headers, signal }).catch((error) => {
          if (error.name === "AbortError") throw error;
        });
        if (answer?.ok) return answer.json();
        if (answer && ![408, 429, 502, 503, 504].includes(answer.status)) {
          throw new Refused(await answer.json().catch(() => ({})), answer.status);
        }
        if (options.keepalive) return undefined;
        this.say(this.lead + this.word("waiting", { name: this.fileName }));
        this.tenth = undefined;
        await this.rest(WAITS[Math.min(tries, WAITS.length - 1)] * 1000, signal);
      }
    }

    // Waits, but no longer than until the network is back.
    rest(time, signal) {
      return new Promise((go, stop) => {
        const over = (then) => () => {
          clearTimeout(timer);
          removeEventListener("online", on);
          signal?.removeEventListener("abort", off);
          then(new DOMException("stopped", "AbortError"));
        };
        const on = over(go);
        const off = over(stop);
        const timer = setTimeout(on, time);
        addEventListener("online", on);
        signal?.addEventListener("abort", off);
      });
    }
  },
);
