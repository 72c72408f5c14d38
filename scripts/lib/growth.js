// The console's pages in a large group, through the real server, at growing sizes and on both engines (P-09, P-16).
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { performance } = require("node:perf_hooks");
const { load } = require("./load.js");

const SIZES = (process.env.GROWTH_SIZES ?? "1000,10000,100000,1000000").split(",").map(Number);
// Sees everybody's patients and the Users page; and one who sees only their own patients.
const FULL = "mira.anand@example.org";
const OWN = "saoirse.kelly@example.org";
// The demo has these patients in its first group; they count.
const DEMO_PATIENTS = 200;

// Names as in server/storage/tests/promises/bench.rs: a third have a common family name, the others one of 4096.
const FIRST =
  "Anna John Mary Li Ánh Mohammed Olga James Sofia Noah Amelie Jack Grace Ethan Zoë Liam Mia Lucas Emma Oscar".split(" ");
const LAST = "Smith Nguyễn Jones Williams Brown Wang Taylor Singh O'Brien Kowalski".split(" ");
const SYLLABLES = "ka ro mi ten sal vi dor pe lan gu ser bo nit fa zul hem".split(" ");
/** As the program folds a name for its search. Each of ours is one word. */
const fold = (name) => name.normalize("NFKD").replace(/[\u0300-\u036f']/g, "").toLowerCase();

const FILLED = "'patients', 'patient_words', 'practitioner_relationships'";

/** Users, and patients of each, in a group of this size: a tenth of the patients, and never more than 2,000. */
const shape = (size) => ({ users: size >= 100_000 ? 500 : 50, own: Math.min(2_000, Math.floor(size / 10)) });

// One text of SQL fills both engines; these are the differences. Ids look as the program's do: UUIDv7, in the order made.
const ID_TIME = 1_760_000_000_000;
const FILLER = `
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.create_function("new_id", 1, lambda n: bytes.fromhex(f"{${ID_TIME} + n:012x}70008000{n:012x}"), deterministic=True)
text = ""
for line in sys.stdin:
    text += line
    if sqlite3.complete_statement(text):
        for row in db.execute(text):
            print(*row, sep="|")
        text = ""
db.close()
with open(sys.argv[1], "rb") as file:
    os.fsync(file.fileno())
`;

function sqlite(data) {
  return {
    name: "SQLite",
    env: {},
    id: (n) => `new_id(${n})`,
    hex: (id) => `LOWER(HEX(${id}))`,
    indexes: `SELECT name || '|' || REPLACE(sql, CHAR(10), ' ') FROM sqlite_master
      WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (${FILLED});`,
    run: (sql) => run("python3", ["-c", FILLER, path.join(data, "portico.db")], {}, sql),
    // Nobody else is there, and a file that breaks is thrown away: no journal, and one flush at the end, so that the disk
    // is at rest when we measure.
    before: "PRAGMA journal_mode = OFF;\nPRAGMA synchronous = OFF;\nPRAGMA cache_size = -2000000;\nPRAGMA temp_store = MEMORY;",
    after: "PRAGMA journal_mode = WAL;",
    remove: () => {},
  };
}

function postgres(size) {
  const url = new URL(process.env.TEST_POSTGRES_URL);
  const database = `growth_${size}`;
  // By the environment, because everybody on the machine can read arguments.
  const connection = ({ hostname, port, username, password }, name) => ({
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: name,
  });
  // The program's own user may not put foreign keys aside.
  const superuser = new URL(process.env.TEST_POSTGRES_ADMIN_URL ?? url);
  const admin = (sql) => run("psql", ["-qX"], connection(url, url.pathname.slice(1)), sql);
  const own = new URL(url);
  own.pathname = `/${database}`;
  admin(`DROP DATABASE IF EXISTS ${database};\nCREATE DATABASE ${database};`);
  return {
    name: "PostgreSQL",
    env: { DATABASE_URL: own.href },
    id: (n) => `CAST(LPAD(TO_HEX(${ID_TIME} + ${n}), 12, '0') || '70008000' || LPAD(TO_HEX(${n}), 12, '0') AS UUID)`,
    hex: (id) => `REPLACE(CAST(${id} AS TEXT), '-', '')`,
    indexes: `SELECT indexname || '|' || indexdef FROM pg_indexes
      WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND tablename IN (${FILLED});`,
    run: (sql) => run("psql", ["-qXAt", "-v", "ON_ERROR_STOP=1"], connection(superuser, database), sql),
    // Foreign keys hold by how the rows are made; asking each of them takes longer than all the rest.
    before: "SET session_replication_role = replica;\nSET work_mem = '256MB';\nSET maintenance_work_mem = '512MB';",
    // As autovacuum does by itself within a minute; and not in the middle of what is measured.
    after: "VACUUM (ANALYZE);\nCHECKPOINT;",
    remove: () => admin(`DROP DATABASE IF EXISTS ${database} WITH (FORCE);`),
  };
}

/** Runs a program on this input; gives back the lines it printed. */
function run(program, args, env, input) {
  const ran = spawnSync(program, args, { env: { ...process.env, ...env }, input, encoding: "utf8", maxBuffer: 1 << 24 });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`${program}: ${ran.stderr}`);
  return ran.stdout.split("\n").filter((line) => line !== "");
}

/** The SQL that fills the demo's first group up to `size` patients. */
function filling({ id, before, after }, size, indexes) {
  const { users, own } = shape(size);
  const count = size - DEMO_PATIENTS;
  const now = Date.now();
  const group = `(SELECT u.group_id FROM users u JOIN accounts a ON a.id = u.account_id WHERE a.email_folded = '${FULL}')`;
  const numbers = (most) =>
    `WITH RECURSIVE counted (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n < ${most - 1})`;
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  const pick = (list, at) => `CASE ${at} ${list.map((name, i) => `WHEN ${i} THEN ${quoted(name)}`).join(" ")} END`;
  const digits = (value, width) => `SUBSTR(CAST(${10 ** width} + ${value} AS TEXT), 2)`;
  const seed = "n * 2654435761 % 1048573";
  const rare = ["", " / 16", " / 256"].map((part) => pick(SYLLABLES, `${seed}${part} % 16`)).join(" || ");
  const last = (names) => `CASE WHEN n % 3 = 0 THEN ${pick(names, "n / 3 % 10")} ELSE ${rare} END`;
  const word = (what) => `SELECT ${what} AS word, sort_name, id, all_words FROM people`;
  return `
${before}
BEGIN;

-- Made anew at the end: far quicker than kept up row by row. Primary keys are filled in their order instead.
${indexes.map(({ name }) => `DROP INDEX ${name};`).join("\n")}

CREATE TEMPORARY TABLE people AS
${numbers(count)}
SELECT
    n,
    ${id("n")} AS id,
    ${pick(FIRST, "n / 7 % 20")} AS legal_first,
    ${pick(FIRST.map(fold), "n / 7 % 20")} AS first_word,
    ${last(LAST)} AS legal_last,
    ${last(LAST.map(fold))} AS last_word,
    ${last(LAST.map(fold))} || ' ' || ${pick(FIRST.map(fold), "n / 7 % 20")} AS sort_name,
    CAST(1930 + n % 90 AS TEXT) AS year,
    ${digits("1 + n / 90 % 12", 2)} AS month,
    ${digits("1 + n / 1080 % 28", 2)} AS day,
    '04' || ${digits("n * 2654435761 % 100000000", 8)} AS mobile,
    '' AS all_words
FROM counted;
UPDATE people
SET all_words = ' ' || first_word || ' ' || last_word || ' ' || mobile || ' ' || SUBSTR(mobile, 5)
    || ' ' || year || month || day || ' ' || day || month || year;
CREATE UNIQUE INDEX people_n ON people (n);
ANALYZE people;

INSERT INTO patients (
    group_id, id, number, number_text, sort_name, legal_first, legal_last, preferred, birth_date, gender, email, mobile,
    phone, street, city, region, postcode, country, status, portal_state, version, added_at, changed_at, all_words
)
SELECT
    ${group}, id, 100000000 + n * 7919 % 900000000, CAST(100000000 + n * 7919 % 900000000 AS TEXT), sort_name, legal_first,
    legal_last, '', year || '-' || month || '-' || day, 'unknown', NULL, mobile,
    '', '', '', '', '', '', 'active', 'none', 0, ${now}, ${now}, all_words
FROM people
ORDER BY n;

-- In the order of the primary key.
INSERT INTO patient_words (group_id, word, sort_name, patient_id, all_words)
SELECT ${group}, word, sort_name, id, all_words
FROM (
    ${word("first_word")}
    UNION ALL ${word("last_word")}
    UNION ALL ${word("mobile")}
    UNION ALL ${word("SUBSTR(mobile, 5)")}
    UNION ALL ${word("year || month || day")}
    UNION ALL ${word("day || month || year")}
) AS words
ORDER BY word, sort_name, id;

-- The demo's practitioners are the first of them. None of the others ever signs in.
CREATE TEMPORARY TABLE new_staff AS
${numbers(users - 3)}
SELECT
    n,
    ${id("1000000000 + n")} AS id,
    ${id("2000000000 + n")} AS account_id,
    'user' || CAST(n AS TEXT) || '@example.org' AS email,
    ${pick(FIRST, "n % 20")} AS first_name,
    ${pick(FIRST.map(fold), "n % 20")} AS first_word,
    ${rare} AS last_name
FROM counted;
INSERT INTO accounts (id, email, email_folded, password_hash, password_set_at, added_at)
SELECT account_id, email, email, NULL, NULL, ${now}
FROM new_staff;
INSERT INTO users (
    group_id, id, account_id, title, first_name, last_name, sort_name, first_folded, profession, registration, level,
    hide_names, read_only, view_history, export_data, no_note_sharing, state, state_at, deactivated_at, inviter_id, version,
    added_at
)
SELECT
    ${group}, id, account_id, '', first_name, last_name, last_name || ' ' || first_word, first_word || ' ' || last_name,
    'Physiotherapist', '', 'personal',
    FALSE, FALSE, FALSE, FALSE, FALSE, 'active', ${now}, NULL, NULL, 0,
    ${now}
FROM new_staff;
INSERT INTO user_locations (group_id, user_id, location_id)
SELECT l.group_id, s.id, l.id
FROM new_staff s
CROSS JOIN locations l
WHERE l.group_id = ${group};

CREATE TEMPORARY TABLE staff AS
SELECT ROW_NUMBER() OVER (ORDER BY added_at, id) - 1 AS n, id
FROM users
WHERE group_id = ${group}
  AND level IN ('personal', 'own_and_contacts', 'clinical', 'full');
INSERT INTO practitioner_relationships (group_id, user_id, patient_id, kind, sort_name, all_words)
${numbers(own)}
SELECT
    ${group}, s.id, p.id, CASE WHEN k.n % 50 = 0 THEN 'revoked' ELSE 'granted' END, p.sort_name, p.all_words
FROM staff s
CROSS JOIN counted k
JOIN people p
    ON p.n = (s.n * 7919 + k.n * 47) % ${count}
WHERE TRUE
ORDER BY s.id, p.id
ON CONFLICT DO NOTHING;

${indexes.map(({ definition }) => `${definition};`).join("\n")}
COMMIT;
${after}
`;
}

/** Where a page in the middle begins: of everybody's patients, and of those of who sees only their own. */
function middles(engine, size) {
  const user = (email) => `u.id = (SELECT m.id FROM users m JOIN accounts a ON a.id = m.account_id
    WHERE a.email_folded = '${email}' AND m.state = 'active' LIMIT 1)`;
  const [all, own] = engine.run(`
SELECT ${engine.hex("p.id")}
FROM users u
JOIN patients p ON p.group_id = u.group_id
WHERE ${user(FULL)}
ORDER BY p.sort_name, p.id LIMIT 1 OFFSET ${Math.floor(size / 2)};
SELECT ${engine.hex("r.patient_id")}
FROM users u
JOIN practitioner_relationships r ON r.group_id = u.group_id AND r.user_id = u.id
WHERE ${user(OWN)} AND r.kind = 'granted'
ORDER BY r.sort_name, r.patient_id LIMIT 1 OFFSET ${Math.floor(shape(size).own / 2)};
`);
  return { all: `pat_${all}`, own: `pat_${own}` };
}

/** The pages: who asks, the door, and what is asked. */
function pages(middle) {
  const list = (after) => ({ filter: { text: "", status: null }, page: { after, limit: null } });
  const users = (text) => ({ filter: text === "" ? {} : { text }, page: { after: null, limit: null } });
  // The family name of the second patient that is added, so that somebody has it at every size.
  const rare = [1, 16, 256].map((part) => SYLLABLES[Math.floor((2_654_435_761 % 1_048_573) / part) % 16]).join("");
  const find = (who, whose) => (id, what, text) => [id, `find, ${whose}: ${what} (${text})`, who, "patients/search", { text }];
  const load = (form, after) => ({ form, page: { after, limit: null } });
  const usual = { status: "active", portal: "none", email: "no" };
  const rarely = { status: "active", portal: "activated", age_from: "40", text: "smith" };
  const [all, own] = [find(FULL, "everybody's"), find(OWN, "own")];
  return [
    ["P-16", "patients, everybody's, first page", FULL, "patients/list", list(null)],
    ["P-16", "patients, everybody's, in the middle", FULL, "patients/list", list(middle.all)],
    ["P-16", "patients, own, first page", OWN, "patients/list", list(null)],
    ["P-16", "patients, own, in the middle", OWN, "patients/list", list(middle.own)],
    ["P-16", "case load, three filters, first page", FULL, "reports/case_load", load(usual, null)],
    ["P-16", "case load, three filters, in the middle", FULL, "reports/case_load", load(usual, middle.all)],
    ["P-16", "case load, filters that nobody fits, one look", FULL, "reports/case_load", load(rarely, null)],
    ["P-16", "case load, a practitioner's with two filters", OWN, "reports/case_load", load({ status: "active", email: "no" }, null)],
    all("P-09", "a frequent word", "smith"),
    all("P-09", "two frequent words", "smith anna"),
    all("P-09", "two letters", "s a"),
    all("P-09", "two that nobody has together", "smith jones"),
    all("P-09", "a rare name", rare),
    all("P-09", "a part of a telephone number", "0412"),
    all("P-09", "a birth date", "1/1/1950"),
    own("P-09", "a frequent word", "smith"),
    own("P-09", "two frequent words", "smith anna"),
    ["P-16", "Users", FULL, "users/list", users("")],
    ["P-16", "Users, by name (k)", FULL, "users/list", users("k")],
  ];
}

/** One size on one engine: what each page takes, in the order of the pages. */
async function atSize(bench, makeEngine, size) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "portico-growth-"));
  let engine;
  let server;
  try {
    engine = makeEngine(data, size);
    server = await bench.start("demo", data, engine.env);
    await server.stop();
    server = undefined;
    const from = performance.now();
    const indexes = engine.run(engine.indexes).map((line) => {
      const [name, definition] = line.split("|");
      return { name, definition };
    });
    engine.run(filling(engine, size, indexes));
    const middle = middles(engine, size);
    bench.say(`${engine.name}, ${size} patients: filled in ${((performance.now() - from) / 1000).toFixed(1)} s`);

    server = await bench.start("serve", data, engine.env);
    const cookies = {};
    for (const who of [FULL, OWN]) cookies[who] = await bench.session(server, "console", who);
    const results = [];
    const measure = async (id, what, next, rows) => {
      // What is slow is asked less often, so that a run stays short.
      const first = await load(server.origin, { count: 10, callers: 1, next });
      const count = (most) => Math.max(20, Math.min(most, Math.round(8_000 / first.p50)));
      await load(server.origin, { count: count(40), callers: 1, next });
      const result = await bench.measured(server, { count: count(300), callers: 1, next });
      results.push({ id, what, rows, ...result });
      const cells = [engine.name, size, what, rows, bench.ms(result.p50), bench.ms(result.p99), bench.ms(result.cpu)];
      bench.say(cells.join(" | "));
    };
    await measure("", "/healthz, the floor", () => ({ path: "/healthz" }), "");
    for (const [id, what, who, door, value] of pages(middle)) {
      const answer = await bench.call(server, cookies[who], door, value);
      const { headers, body } = bench.json(value);
      const request = { path: `/api/${door}`, method: "POST", headers: { ...headers, cookie: cookies[who] }, body };
      await measure(id, what, () => request, (answer.rows ?? answer).length);
    }
    return results;
  } finally {
    await server?.stop().catch(() => {});
    engine?.remove();
    fs.rmSync(data, { recursive: true, force: true });
  }
}

/** Every size on every engine that is there; gives back the text for docs/performance.md. */
async function growth(bench) {
  const engines = [["SQLite", sqlite]];
  if (process.env.TEST_POSTGRES_URL) engines.push(["PostgreSQL", (_, size) => postgres(size)]);
  else bench.say("PostgreSQL is not measured: scripts/with-postgres scripts/bench --growth does");
  const number = (value) => value.toLocaleString("en");
  const shapes = SIZES.map((size) => `${number(shape(size).users)} and ${number(shape(size).own)}`);
  const text = [
    `Measured ${bench.machine()}.`,
    `Practitioners, and patients of each: ${shapes.join("; ")}. One caller, 300 times each (fewer above 27 ms).`,
  ];
  for (const [name, makeEngine] of engines) {
    const columns = [];
    for (const size of SIZES) columns.push(await atSize(bench, makeEngine, size));
    const lines = columns[0].map((smallest, at) => {
      const cells = columns.map((column) => column[at]);
      const largest = cells[cells.length - 1];
      return [
        smallest.id,
        smallest.what,
        smallest.rows === largest.rows ? smallest.rows : `${smallest.rows} to ${largest.rows}`,
        ...cells.map((cell) => `${bench.ms(cell.p50)} / ${bench.ms(cell.p99)}`),
        (largest.p50 / smallest.p50).toFixed(2),
        bench.ms(largest.cpu),
      ];
    });
    const head = ["id", name, "rows", ...SIZES.map(number), "ratio", "CPU ms"];
    text.push("", bench.table(head, lines));
  }
  return text.join("\n");
}

module.exports = { growth };
