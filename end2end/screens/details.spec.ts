// What patients change themselves, in the portal and in the console.
import { DESK, PHONE, test } from "../harness/test.js";
import { LIEN, door, openConsole, openPortal } from "../harness/people.js";
import { shoot } from "../harness/shots.js";

test("details", async ({ device }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const { body } = await door(desk, "patients/search", { text: LIEN.name });
  const [lien] = body as { id: string }[];
  await desk.goto(`/console/patients/${lien!.id}/updates`);
  await desk.getByRole("listitem", { name: "Mobile" }).waitFor();
  await shoot(desk, "console-updates-1440");
  await desk.getByRole("button", { name: "Reject: Fund member number" }).click();
  await desk.screenshot({ path: "shots/console-updates-reject-1440.png" });
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("This number has 9 digits.");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await desk.getByRole("button", { name: "Approve: Mobile" }).click();
  await desk.getByRole("listitem", { name: "Mobile" }).waitFor({ state: "hidden" });
  await shoot(desk, "console-updates-decided-1440");
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-updates-390");
  await desk.goto(`/console/patients/${lien!.id}`);
  await desk.getByRole("heading", { name: "Who pays" }).waitFor();
  await shoot(desk, "console-summary-390");
  await desk.setViewportSize(DESK.viewport);
  await shoot(desk, "console-summary-1440");

  const phone = await device(PHONE);
  await openPortal(phone);
  await phone.goto(`${phone.url()}/details`);
  await shoot(phone, "portal-details-390");
  await phone.getByLabel("Mobile").fill("none");
  await phone.getByRole("button", { name: "Send the changes" }).click();
  await shoot(phone, "portal-details-refused-390");
  await phone.setViewportSize(DESK.viewport);
  await shoot(phone, "portal-details-refused-1440");
});

test("contacts, history, help and the group's list", async ({ device }) => {
  const phone = await device(PHONE);
  await openPortal(phone);
  const home = phone.url();
  for (const [name, path] of [["contacts", "/contacts"], ["contact-new", "/contacts/new"], ["history", "/details/history"]] as const) {
    await phone.goto(`${home}${path}`);
    await shoot(phone, `portal-${name}-390`);
    await phone.setViewportSize(DESK.viewport);
    await shoot(phone, `portal-${name}-1440`);
    await phone.setViewportSize(PHONE.viewport);
  }
  await phone.goto(`${home}/contacts/new`);
  await phone.getByRole("button", { name: /Send|Save/ }).click();
  await shoot(phone, "portal-contact-refused-390");
  for (const [name, path] of [["help", "/help"], ["help-practice", "/help/practice"]] as const) {
    await phone.goto(path);
    await phone.locator("summary").nth(2).click();
    await shoot(phone, `${name}-390`);
    await phone.setViewportSize(DESK.viewport);
    await shoot(phone, `${name}-1440`);
    await phone.setViewportSize(PHONE.viewport);
  }
  const desk = await device(DESK);
  await openConsole(desk);
  await desk.getByRole("heading", { name: "Changes from patients" }).waitFor();
  await shoot(desk, "console-home-waits-1440");
  await desk.goto("/console/updates");
  await desk.getByRole("table").waitFor();
  await shoot(desk, "console-queue-1440");
  await desk.getByLabel("Tick all that are shown").check();
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-queue-390");
});
