// What patients changed and waits, in the whole group: found from Home, narrowed, decided about at once, and taken back.
import { axe, DESK, expect, noSidewaysScroll, PHONE, settled, test, type Page } from "../../harness/test.js";
import { BEN, SAM, accept, addPatient, door, invite, openConsole, type Patient } from "../../harness/people.js";
import type { Server } from "../../harness/server.js";

async function asks(device: (options?: object) => Promise<Page>, desk: Page, portico: Server, fields: Record<string, string>): Promise<Patient> {
  const patient = await addPatient(desk);
  const page = await device();
  await accept(page, await invite(desk, portico, patient));
  await page.goto(`/portal/${patient.id}/details`);
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  await page.context().close();
  return patient;
}

// B-03: one kind of change across patients; what was changed here meanwhile is left out.
test("several changes of one kind are decided about at once", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk, BEN);
  const one = await asks(device, desk, portico, { "State or region": "New South Wales", Mobile: "0491 570 156" });
  const two = await asks(device, desk, portico, { "State or region": "Victoria" });
  const three = await asks(device, desk, portico, { "State or region": "Queensland" });
  const profile = (await door(desk, "patients/profile", { id: three.id })).body as { version: number };
  const form = { legal_first: three.first, legal_last: three.last, email: three.email, birth_date: "1984-02-29", region: "Tasmania" };
  expect((await door(desk, "patients/save", { id: three.id, version: profile.version, form })).status).toBe(200);

  await desk.goto("/console");
  await settled(desk);
  await axe(desk);
  await desk.getByRole("link", { name: "Decide about them" }).click();
  await expect(desk.getByRole("heading", { level: 1, name: "Changes from patients" })).toBeVisible();
  await desk.getByLabel("Kind of change").selectOption("State or region");
  await expect(desk.getByText("3 wait")).toBeVisible();
  const row = (patient: Patient) => desk.getByRole("row", { name: new RegExp(patient.last) });
  await expect(row(three)).toContainText("Changed here meanwhile");
  await expect(row(three).getByRole("checkbox")).toHaveCount(0);
  await settled(desk);
  await axe(desk);
  await noSidewaysScroll(desk);
  await desk.getByLabel("Tick all that are shown").check();
  await expect(desk.getByText("2 ticked")).toBeVisible();
  await desk.getByRole("button", { name: "Approve these" }).click();
  await expect(desk.getByText("2 changes are approved")).toBeVisible();
  await expect(desk.getByText("One waits")).toBeVisible();
  await axe(desk);
  await desk.getByRole("button", { name: "Undo" }).click();
  await expect(desk.getByText("3 wait")).toBeVisible();
  await row(two).getByRole("checkbox").check();
  await desk.getByRole("button", { name: "Reject these" }).click();
  const dialog = desk.getByRole("dialog", { name: "Reject one change?" });
  await dialog.getByLabel("Reason").fill("Please ring us.");
  await axe(desk);
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(desk.getByText("One change is not accepted.")).toBeVisible();
  await expect(row(two)).toHaveCount(0);
  // The filter stays in the address; a row leads to the patient's tab, where the history tells what was changed.
  await desk.reload();
  await expect(desk.getByText("2 wait")).toBeVisible();
  await row(one).getByRole("link").click();
  await desk.getByRole("button", { name: "Approve: Mobile" }).click();
  const history = desk.getByRole("table", { name: "What changed, and when" });
  await expect(history.getByRole("row", { name: /Mobile/ })).toContainText("0491 570 156");
  await settled(desk);
  await axe(desk);
  await desk.setViewportSize(PHONE.viewport);
  await desk.goto("/console/updates");
  await expect(row(one)).toBeVisible();
  await settled(desk);
  await axe(desk);
  await noSidewaysScroll(desk);
});

// who looks at the list while somebody else decides sees it, and is told when they were slower.
test("two people at the list", async ({ device, portico }) => {
  const [desk, other] = [await device(DESK), await device(DESK)];
  await openConsole(desk, BEN);
  await openConsole(other);
  const patient = await asks(device, desk, portico, { "Suburb or city": "Balmain" });
  for (const page of [desk, other]) await page.goto("/console/updates?topic=city");
  const row = (page: Page) => page.getByRole("row", { name: new RegExp(patient.last) });
  await expect(row(other)).toBeVisible();
  await other.context().setOffline(true);
  await row(other).getByRole("checkbox").check();
  await row(desk).getByRole("checkbox").check();
  await desk.getByRole("button", { name: "Approve these" }).click();
  await expect(row(desk)).toHaveCount(0);
  await other.context().setOffline(false);
  await other.getByRole("button", { name: "Reject these" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await expect(other.getByText("One was left: it needs a look, or somebody was faster.")).toBeVisible();
  await expect(row(other)).toHaveCount(0);
});

test("who sees no names has no such list", async ({ device }) => {
  const desk = await device(DESK);
  await openConsole(desk, SAM);
  await desk.goto("/console/updates");
  await expect(desk.getByRole("alert")).toContainText("names");
  await axe(desk);
});
