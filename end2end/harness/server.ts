// Starts the real server on a database of its own, and reads the mail that it caught.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.PORTICO ?? join(root, "target/debug/portico");

export class Server {
  private constructor(
    /** Where it listens, as a browser types it. */
    readonly origin: string,
    /** Its folder. */
    readonly data: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts `portico <command>` on a free port and waits until it is ready. */
  static async start(command = "demo", environment: Record<string, string> = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "portico-end2end-"));
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const log = await open(join(data, "server.log"), "a");
    const child = spawn(binary, [command, "--data-dir", data, "--listen-addr", `127.0.0.1:${port}`], {
      cwd: root,
      // Every test comes from an address of its own, or they would share one limit of tries.
      env: { PATH: process.env.PATH, CLIENT_IP_HEADER: "X-Real-IP", ...environment },
      stdio: ["ignore", log.fd, log.fd],
    });
    await log.close();
    const server = new Server(origin, data, child);
    try {
      await server.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Runs one statement in the database: the rows it gives, and how many it changed. For what only time or an operator does. */
  private sql(statement: string, ...values: (string | number)[]): { rows: unknown[][]; changed: number } {
    const code = "import json, sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); "
      + "done = db.execute(sys.argv[2], json.loads(sys.argv[3])); rows = done.fetchall(); db.commit(); "
      + "print(json.dumps({'rows': rows, 'changed': done.rowcount}))";
    const answer = execFileSync("python3", ["-c", code, join(this.data, "portico.db"), statement, JSON.stringify(values)], { encoding: "utf8" });
    return JSON.parse(answer) as { rows: unknown[][]; changed: number };
  }

  /** Lets the links of every invitation to an address run out, as if their time had passed. */
  expireInvitations(address: string): void {
    const { changed } = this.sql("UPDATE invitations SET expires_at = invited_at + 1 WHERE email = ?", address);
    if (changed === 0) throw new Error(`nobody was invited at ${address}`);
  }

  /** Nobody does anything in the sessions of an address for so many minutes, as if they had passed. */
  idle(address: string, minutes: number): void {
    const { changed } = this.sql(
      "UPDATE sessions SET last_act_at = last_act_at - ? WHERE ended_at IS NULL AND account_id = (SELECT id FROM accounts WHERE email = ?)",
      minutes * 60_000,
      address,
    );
    if (changed === 0) throw new Error(`${address} is not signed in`);
  }

  /** The sessions of an address are so many minutes older, as if somebody had worked in them all the time. */
  older(address: string, minutes: number): void {
    const { changed } = this.sql(
      "UPDATE sessions SET opened_at = opened_at - ?, proved_at = NULL WHERE ended_at IS NULL AND account_id = (SELECT id FROM accounts WHERE email = ?)",
      minutes * 60_000,
      address,
    );
    if (changed === 0) throw new Error(`${address} is not signed in`);
  }

  /** As if a user of the console had opened so many records within the hour; at least one was. */
  opened(address: string, records: number): void {
    const { changed } = this.sql("UPDATE throttle SET tries = ? WHERE key IN (SELECT 'records:usr_' || lower(hex(id)) FROM users "
      + "WHERE account_id = (SELECT id FROM accounts WHERE email = ?))", records, address);
    if (changed === 0) throw new Error(`${address} opened none`);
  }

  /** Where the sessions of an address stand: the time of their last act. */
  lastActs(address: string): number[] {
    const { rows } = this.sql(
      "SELECT last_act_at FROM sessions WHERE ended_at IS NULL AND account_id = (SELECT id FROM accounts WHERE email = ?)",
      address,
    );
    return rows.map(([at]) => at as number);
  }

  /** How many entries of the trail a user of the console made by looking at patients. */
  looks(address: string): number {
    const { rows } = this.sql("SELECT COUNT(*) FROM audit_entries WHERE action IN ('patient_viewed', 'patients_listed', 'invitations_viewed') "
      + "AND actor = (SELECT 'usr_' || lower(hex(id)) FROM users WHERE account_id = (SELECT id FROM accounts WHERE email = ?))", address);
    return rows[0]![0] as number;
  }

  /** The person behind an address is made a practitioner, with everything else as Dr Mira Anand's. */
  makePractitioner(address: string): void {
    const { changed } = this.sql(
      "INSERT INTO users (group_id, id, account_id, title, first_name, last_name, profession, level, hide_names, read_only, "
        + "added_at, deactivated_at) SELECT group_id, randomblob(16), (SELECT id FROM accounts WHERE email = ?), title, first_name, last_name, "
        + "profession, level, hide_names, read_only, added_at, deactivated_at FROM users WHERE account_id = "
        + "(SELECT id FROM accounts WHERE email = 'mira.anand@example.org')",
      address,
    );
    if (changed !== 1) throw new Error(`nobody has the address ${address}`);
  }

  /** What it printed and logged so far. */
  log(): Promise<string> {
    return readFile(join(this.data, "server.log"), "utf8");
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null) throw new Error(`the server ended by itself:\n${await this.log()}`);
      const answer = await fetch(`${this.origin}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await pause(50);
    }
    throw new Error(`the server is not ready after a minute:\n${await this.log()}`);
  }

  /** Stops it and forgets its data. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.pid !== undefined) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(killer);
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** The mails to an address so far, oldest first; without notices about new devices, which come with every new one. */
  async mailsTo(address: string): Promise<Mail[]> {
    const folder = join(this.data, "mailbox");
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
    const mails = await Promise.all(names.map(async (name) => readMail(await readFile(join(folder, name), "utf8"))));
    return mails.filter((mail) => mail.to.toLowerCase() === address.toLowerCase() && !/new device/i.test(mail.subject));
  }

  /** Waits for the latest mail to an address, when there are at least `count`. */
  async mailFor(address: string, count = 1): Promise<Mail> {
    const deadline = Date.now() + 15_000;
    while (Date.now() < deadline) {
      const mails = await this.mailsTo(address);
      if (mails.length >= count) return mails.at(-1)!;
      await pause(50);
    }
    throw new Error(`no mail number ${count} to ${address}`);
  }
}

export interface Mail {
  to: string;
  subject: string;
  /** The part for reading as text. */
  text: string;
  /** The part for reading as a page. */
  html: string;
  /** The path of the link into Portico. */
  link: string;
}

function readMail(raw: string): Mail {
  const { head, body } = part(raw);
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(head.get("content-type") ?? "")?.[1];
  const parts = boundary === undefined ? [part(raw)] : body.split(`--${boundary}`).slice(1, -1).map((text) => part(text.replace(/^\r?\n/, "")));
  const of = (type: string) => parts.find((one) => (one.head.get("content-type") ?? "text/plain").startsWith(type))?.body ?? "";
  const text = of("text/plain");
  return {
    to: /<([^>]+)>/.exec(head.get("to") ?? "")?.[1] ?? (head.get("to") ?? "").trim(),
    subject: words(head.get("subject") ?? ""),
    text,
    html: of("text/html"),
    link: new URL(/https?:\/\/\S+\/(?:invitation|new-password)\/[\w-]+/.exec(text)?.[0] ?? "http://none/").pathname,
  };
}

function part(raw: string): { head: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(raw);
  const lines = raw.slice(0, end?.index ?? raw.length).replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const head = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  const body = end === null ? "" : raw.slice(end.index + end[0].length);
  return { head, body: decode(body, head.get("content-transfer-encoding")?.toLowerCase()) };
}

function decode(body: string, encoding = "7bit"): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding === "quoted-printable") {
    const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, "latin1").toString("utf8");
  }
  return body;
}

/** A header as people read it: `=?utf-8?b?…?=` becomes words. */
function words(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("utf8") : decode(text.replaceAll("_", " "), "quoted-printable"),
    );
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
