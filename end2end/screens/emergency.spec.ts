// Emergency access: the page, the dialog, the notice, what administrators and the patient see.
import { DESK, PHONE, test } from "../harness/test.js";
import { accept, addPatient, door, invite, openConsole, SAOIRSE } from "../harness/people.js";
import { both } from "../harness/shots.js";

const WHY = "Fell on the stairs to the practice, does not answer. Her daughter says that she takes blood thinners.";

test("emergency", async ({ device, portico }) => {
  test.setTimeout(600_000);
  const mira = await device(DESK);
  await openConsole(mira);
  const patient = await addPatient(mira, { first: "Wiremu", last: "Parata" });
  const form = { title: "What to know", category: "assessment", body: "Allergic to latex." };
  const { body: id } = await door(mira, "notes/begin", { patient: patient.id, form });
  await door(mira, "notes/publish", { patient: patient.id, id, version: 0, form });
  const phone = await device(PHONE);
  await accept(phone, await invite(mira, portico, patient));
  const page = await device(DESK);
  await openConsole(page, SAOIRSE);
  await page.goto("/console/patients");
  await page.getByRole("link", { name: "Emergency access" }).waitFor();
  await both(page, "console-patients-emergency");
  await page.goto(`/console/patients/${patient.id}`);
  await page.getByRole("link", { name: "Emergency access" }).waitFor();
  await both(page, "console-emergency-no-such");
  await page.goto("/console/emergency");
  await page.getByText("It stays open for").waitFor();
  await both(page, "console-emergency");
  await page.getByRole("button", { name: "Open record" }).click();
  await page.getByText("Please fill this in").first().waitFor();
  await both(page, "console-emergency-refused");
  await page.getByLabel("First name").fill(patient.first);
  await page.getByLabel("Last name").fill("Nobody");
  await page.getByLabel("Birth date").fill("1984-02-29");
  await page.getByLabel("What has happened?").fill(WHY);
  await page.getByRole("button", { name: "Open record" }).click();
  await page.getByText("No record was opened").waitFor();
  await both(page, "console-emergency-nobody");
  await page.getByLabel("Last name").fill(patient.last);
  await page.getByRole("button", { name: "Open record" }).click();
  await page.getByText("Open to you because").waitFor();
  await both(page, "console-emergency-profile");
  await page.goto(`/console/patients/${patient.id}/notes`);
  await page.getByRole("link", { name: "What to know" }).waitFor();
  await both(page, "console-emergency-notes");
  await page.getByRole("link", { name: "What to know" }).click();
  await page.getByText("Allergic to latex").waitFor();
  await both(page, "console-emergency-note");
  for (const tab of ["documents", "activities", "forms", "contacts"]) {
    await page.goto(`/console/patients/${patient.id}/${tab}`);
    await page.getByText("Open to you because").waitFor();
    await page.waitForTimeout(500);
    await both(page, `console-emergency-${tab}`);
  }
  await page.goto("/console/emergency");
  await page.getByText("Open to you now").waitFor();
  await both(page, "console-emergency-open");

  const own = await addPatient(mira, { first: "Ann", last: "Own" });
  const { body } = await door(mira, "relationships/practitioners", { patient: own.id, text: "Kelly" });
  const [{ user }] = body as [{ user: string }];
  await door(mira, "relationships/set", { patient: own.id, user, seen: null, wanted: "granted" });
  await page.goto(`/console/patients/${own.id}`);
  await page.getByRole("button", { name: "Emergency access" }).click();
  await page.getByText("It stays open for").waitFor();
  await both(page, "console-emergency-dialog");

  await mira.goto("/console/settings/emergencies");
  await mira.getByRole("row").filter({ hasText: "Parata" }).waitFor();
  await both(mira, "console-emergencies");
  await mira.goto("/console/notifications");
  await mira.getByText("opened a record in an emergency").first().waitFor();
  await both(mira, "console-emergency-bell");
  await mira.goto("/console/settings/general");
  await mira.getByRole("button", { name: "Edit practice" }).click();
  await both(mira, "console-emergency-setting");
  await mira.goto("/console/history");
  await mira.getByText("In an emergency").first().waitFor().catch(() => undefined);
  await both(mira, "console-emergency-history");
  await phone.goto(`/portal/${patient.id}/access-log`);
  await both(phone, "portal-emergency-log");
});
