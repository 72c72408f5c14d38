// PT-17: two hundred texts that try to become markup or script, in every field that takes text, and then every page: as it is sent,
// as it is drawn, on the way to it by a link, and without scripts.
import { accept, addPatient, door, openConsole, openPortal, PASSWORD, SAOIRSE, typeSignIn } from "../../harness/people.js";
import { onDisk, pdf, send } from "../../harness/files.js";
import { ALL_OF_IT, CORPUS, found, onlyText } from "../../harness/markup.js";
import { Server } from "../../harness/server.js";
import { DESK, expect, PHONE, settled, test, type Page } from "../../harness/test.js";

// A practice of its own: what stands in it would stand in everybody's way.
let practice: Server;
test.beforeAll(async () => {
  practice = await Server.start();
});
test.afterAll(() => practice.stop());

/** The pieces that fit a line. */
const fits = (most: number): string[] => CORPUS.filter((text) => text.length <= most);

/** Calls a door that must take what it is given. */
async function done(page: Page, path: string, value: unknown): Promise<unknown> {
  const { status, body } = await door(page, path, value);
  expect(status, `${path}: ${JSON.stringify(body)}`).toBe(200);
  return body;
}

/** Types into every field of a page's main part that takes any text, and sends it. */
async function typeEverywhere(page: Page, button: string | RegExp): Promise<void> {
  for (const field of await page.locator("main :is(input[type=text], input:not([type]), textarea):visible").all()) {
    const most = Number((await field.getAttribute("maxlength")) ?? 100);
    await field.fill(most >= ALL_OF_IT.length ? ALL_OF_IT : CORPUS[1]!.slice(0, most));
  }
  await page.getByRole("main").getByRole("button", { name: button }).first().click();
}

test("what people write is text, wherever it comes out", async ({ device }) => {
  test.setTimeout(480_000);
  const baseURL = practice.origin;
  const desk = await device({ ...DESK, baseURL });
  const phone = await device({ ...PHONE, baseURL });
  await openConsole(desk);

  // The names of the practice and of who works there, which stand on every page.
  const { name: _, ...now } = (await done(desk, "settings/practice", {})) as { name: string; phone: string; idle_minutes: number; version: number };
  const group = { name: `G1${CORPUS[1]!}`, phone: now.phone, idle_minutes: String(now.idle_minutes), emergency_hours: "4" };
  await done(desk, "settings/save_practice", { version: now.version, form: group });
  const [place] = (await done(desk, "locations/list", {})) as { id: string }[];
  const user = {
    first_name: `U1${CORPUS[1]!}`, last_name: `U2${CORPUS[22]!}`, profession: "Physiotherapist", registration: `U3${fits(38)[0]!}`,
    level: "full", locations: [place!.id],
  };
  const colleague = { role: "practitioner", email: "hostile@example.org", email_again: "hostile@example.org", user };
  await done(desk, "users/add", { form: colleague, password: PASSWORD, password_again: PASSWORD });

  // Written at the desk.
  const [name, other] = [`N1${CORPUS[1]!}`, `N2${CORPUS[22]!}`];
  const patient = await addPatient(desk, { first: name, last: other });
  const id = patient.id;
  const details = { legal_first: name, legal_last: other, preferred: `N3${CORPUS[42]!}`, email: patient.email, birth_date: "1984-02-29" };
  const address = { street: `N4${CORPUS[2]!}`, city: `N5${CORPUS[21]!}`, region: `N6${CORPUS[41]!}` };
  await done(desk, "patients/save", { id, version: 0, form: { ...details, ...address } });
  await done(desk, "patients/add_contact", { id, form: { name: `N7${CORPUS[1]!}`, relationship: `N8${CORPUS[21]!}` } });
  const background = { occupation: `N9${CORPUS[1]!}`, social_more: `N10 ${CORPUS[21]!}` };
  await done(desk, "patients/save_background", { id, version: 1, form: background });
  const invitation = { email: patient.email, email_again: patient.email, message: ALL_OF_IT.replaceAll("{{", "").slice(0, 1_900) };
  await done(desk, "invitations/invite", { patient: id, form: invitation });
  await accept(phone, (await practice.mailFor(patient.email)).link);

  for (const title of fits(98)) {
    const note = { title: `T1${title}`, category: "plan", body: ALL_OF_IT };
    const written = await done(desk, "notes/begin", { patient: id, form: note });
    await done(desk, "notes/share_with_patient", { patient: id, id: written, version: 0, form: {} });
    const letter = { title: `T2${title}`, kind: "letter", body: ALL_OF_IT, asks: "yes" };
    const document = await done(desk, "documents/begin", { patient: id, form: letter });
    await done(desk, "documents/complete", { patient: id, id: document, version: 1, form: letter });
  }
  const activity = { title: `T3${CORPUS[1]!}`, dose: `T4${CORPUS[21]!}`, instructions: ALL_OF_IT.slice(0, 9_900), days: "mon tue wed thu fri sat sun", from: "2026-01-01" };
  const assigned = await done(desk, "activities/assign", { patient: id, form: activity });
  await done(desk, "templates/add", { form: { name: `S1${CORPUS[1]!}`, body: `S2${CORPUS[2]!}` } });
  await done(desk, "note_templates/add", { form: { name: `S3${CORPUS[1]!}`, category: "plan", body: `S4${CORPUS[2]!}` } });
  await done(desk, "locations/add", { form: { name: `S5${CORPUS[1]!}`, time_zone: "Europe/London", address: `S6${CORPUS[21]!}` } });
  await done(desk, "handout/save", { version: 0, text: { title: `S7${CORPUS[1]!}` } });
  await done(desk, "reports/save", { name: `S8${CORPUS[1]!}`, form: { email: "yes" } });
  const questions = [
    { key: "a", label: `Q1${CORPUS[1]!}`, kind: "long_text", help: `Q2${CORPUS[2]!}` },
    { key: "b", label: `Q3${CORPUS[21]!}`, kind: { choice: { options: [`Q4${CORPUS[1]!}`, "no"] } } },
  ];
  const form = { title: `Q5${CORPUS[1]!}`, definition: { sections: [{ title: `Q6${CORPUS[41]!}`, questions }] } };
  const asked = await done(desk, "forms/add", { form });
  await done(desk, "forms/publish", { id: asked, version: 0, form });
  const { people } = (await done(desk, "forms/send_start", { patient: id })) as { people: { grant: string }[] };
  await done(desk, "forms/send", { patient: id, form: { to: people[0]!.grant, forms: [asked], message: `Q7${CORPUS[1]!}` } });

  const talk = await done(desk, "chat/start", { patient: id });
  for (const [n, from] of [0, 3_900].entries()) {
    const body = `C1${CORPUS[1]!}\n${ALL_OF_IT.slice(from, from + 3_800)}`;
    await done(desk, "chat/send", { id: talk, message: `msg_${String(n).padStart(32, "0")}`, form: { body } });
  }

  // By a colleague of that name: a note that the patient reads, and a record opened in an emergency.
  const other_desk = await device({ ...DESK, baseURL });
  await other_desk.goto("/console/sign-in");
  await typeSignIn(other_desk, colleague.email, PASSWORD);
  await other_desk.getByLabel("New password").fill("seven green bicycles sing");
  await other_desk.getByRole("button", { name: /password/i }).last().click();
  await expect(other_desk.getByRole("heading", { level: 1 })).toContainText(user.last_name);
  const theirs = await done(other_desk, "notes/begin", { patient: id, form: { title: "T9", category: "plan", body: "x" } });
  await done(other_desk, "notes/share_with_patient", { patient: id, id: theirs, version: 0, form: {} });
  const stranger = await device({ ...DESK, baseURL });
  await openConsole(stranger, SAOIRSE);
  await done(stranger, "emergencies/seek", { form: { first_name: details.preferred, last_name: other, birth_date: details.birth_date, reason: `E1${CORPUS[1]!}` } });

  // Written on the phone, with what is refused as well: it stands in the fields again.
  const home = `/portal/${id}`;
  await phone.goto(`${home}/contacts/new`);
  await typeEverywhere(phone, /Save|Add|Send/);
  await settled(phone);
  await onlyText(phone);
  await phone.goto(`${home}/details`);
  await typeEverywhere(phone, /Save|Send/);
  await settled(phone);
  await onlyText(phone);
  await phone.goto(`${home}/activities/${String(assigned)}`);
  await phone.getByRole("main").getByRole("button", { name: "I did it" }).first().click();
  await settled(phone);
  await phone.goto(`${home}/messages/${String(talk)}`);
  await phone.getByLabel("Your message").fill(`C2${CORPUS[21]!}`);
  await phone.getByRole("button", { name: "Send" }).click();
  await expect(phone.getByText("C2")).toBeVisible();
  await phone.goto(`${home}/files`);
  await send(phone, await onDisk(`F1${CORPUS[22]!.replaceAll("/", "")}.pdf`, pdf(1024)));
  await expect(phone).toHaveURL(/sent=yes/);
  await phone.goto(`${home}/forms`);
  await phone.getByRole("link", { name: form.title }).click();
  await expect(phone.getByLabel(questions[0]!.label)).toBeVisible();
  await typeEverywhere(phone, "Save and go on later");
  await settled(phone);

  // Every page that there is for them, with the links that lead further.
  const seen: string[] = [];
  const links = async (page: Page, within: string): Promise<string[]> =>
    page.locator(`${within} a[href^="/"]`).evaluateAll((all) => [...new Set(all.map((a) => new URL((a as HTMLAnchorElement).href).pathname))]);
  const isPage = (path: string): boolean => !/^\/(files|download|pdf|uploads|demo|sign-out|invitation)|\/(records|documents|notes)\/(not|doc)_/.test(path);
  const walk = async (page: Page, from: string[]): Promise<string[]> => {
    const [open, been] = [[...from], new Set<string>()];
    for (let path = open.shift(); path !== undefined && been.size < 60; path = open.shift()) {
      if (been.has(path)) continue;
      been.add(path);
      await page.goto(path);
      await settled(page);
      seen.push(await onlyText(page));
      open.push(...(await links(page, "body")).filter((next) => isPage(next) && (next.includes(id) || !/pat_/.test(next))));
    }
    return [...been];
  };
  const first = async (page: Page, path: string, part: string): Promise<string> => {
    await page.goto(path);
    await settled(page);
    return (await links(page, "main")).find((link) => link.includes(part))!;
  };
  const note = await first(phone, `${home}/records`, "/not_");
  const letter = await first(phone, `${home}/documents`, "/doc_");
  const inPortal = await walk(phone, [home, note, letter, `${home}/details`, `${home}/contacts/new`, `${home}/access-log`]);
  expect(inPortal.length).toBeGreaterThan(20);
  const profile = `/console/patients/${id}`;
  const inConsole = await walk(desk, [
    profile, note.replace(/.*\//, `${profile}/notes/`), letter.replace(/.*\//, `${profile}/documents/`), "/console/patients", "/console/updates", "/console/history",
    `/console/chat/${String(talk)}`, "/console/settings/users", "/console/settings/general", "/console/settings/emergencies", "/console/settings/forms", `/console/settings/forms/${String(asked)}`, `${profile}/access`,
  ]);
  expect(inConsole.length).toBeGreaterThan(25);

  // By a link, without loading the page anew.
  for (const [page, paths] of [[phone, inPortal], [desk, inConsole]] as const) {
    await page.goto(paths[0]!);
    await settled(page);
    for (const path of paths.filter((path) => path.includes(id))) {
      await page.evaluate((path) => {
        const link = document.createElement("a");
        link.href = path;
        document.body.append(link);
        link.click();
        link.remove();
      }, path);
      await page.waitForURL(`**${path}`);
      await settled(page);
      seen.push(await onlyText(page));
    }
  }

  // Without scripts the portal is drawn by the server alone.
  const plain = await device({ ...PHONE, baseURL, javaScriptEnabled: false });
  await openPortal(plain, patient.email);
  for (const path of inPortal) {
    await plain.goto(path);
    await expect(plain.locator("[data-mark]")).toHaveCount(0);
    seen.push(await plain.locator("body").innerText());
  }

  // It was all there to be read: nothing was kept out, so nothing was proven of what is not there.
  const read = seen.join("\n");
  const labels = "N1 N2 N3 N4 N5 N6 N7 N8 N9 T1 T2 T3 T4 S1 S3 S5 S8 Q1 Q2 Q3 Q4 Q5 Q6 Q7 F1 G1 U1 U2 U3 E1 C1 C2".split(" ");
  expect(labels.filter((label) => !new RegExp(`${label}.*mark`, "u").test(read))).toEqual([]);
  expect(CORPUS.filter((text) => !read.includes(text))).toEqual([]);
});

// A trap that catches nothing proves nothing: where the text is not made harmless, each piece of the corpus is found.
test("what is not made harmless is found", async ({ page }) => {
  const places = (text: string): string[] => [
    `<p>${text}</p>`, `<input value="${text}">`, `<input value='${text}'>`, `<textarea>${text}</textarea>`, `<title>${text}</title>`,
    `<script>let a = "${text}"</script>`, `<!-- ${text} -->`, `<style>${text}</style>`, `<noscript>${text}</noscript>`,
  ];
  expect(CORPUS).toHaveLength(200);
  for (const text of CORPUS) {
    let caught = 0;
    for (const html of places(text)) caught += (await page.evaluate(found, html)).length > 0 ? 1 : 0;
    expect(caught, text).toBeGreaterThan(0);
  }
});

// The first page that anybody sees.
test("what is typed at the doors comes back as text", async ({ device }) => {
  const page = await device({ ...PHONE, baseURL: practice.origin });
  for (const path of ["/sign-in", "/console/sign-in"]) {
    await page.goto(path);
    await typeSignIn(page, `"><img/src=x onerror=pwned=1 data-mark>@example.org`, PASSWORD);
    await settled(page);
    await onlyText(page);
  }
  for (const text of [CORPUS[1]!, CORPUS[100]!, CORPUS[180]!]) {
    await page.goto(`/sign-in?next=${encodeURIComponent(text)}&email=${encodeURIComponent(text)}`);
    await onlyText(page);
    const answer = await page.request.get(`/${encodeURIComponent(text)}`);
    expect(await answer.text()).not.toContain(text);
  }
});
