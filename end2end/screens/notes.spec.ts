// Notes, in the console and in the portal.
import type { Page } from "@playwright/test";

import { DESK, PHONE, test } from "../harness/test.js";
import { LIEN, door, openConsole, openPortal } from "../harness/people.js";

async function shoot(page: Page, name: string): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `shots/${name}-${scheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("notes", async ({ device }) => {
  const phone = await device(PHONE);
  await openPortal(phone);
  const home = phone.url();
  await shoot(phone, "portal-home-new-390");
  await phone.goto(`${home}/records`);
  await shoot(phone, "portal-records-390");
  await phone.setViewportSize(DESK.viewport);
  await shoot(phone, "portal-records-1440");
  await phone.getByRole("link", { name: "What you can do at home" }).click();
  await phone.getByRole("heading", { name: "What you can do at home" }).waitFor();
  await shoot(phone, "portal-note-1440");
  await phone.setViewportSize(PHONE.viewport);
  await shoot(phone, "portal-note-390");
  await phone.emulateMedia({ media: "print" });
  await phone.screenshot({ path: "shots/portal-note-print.png", fullPage: true });

  const desk = await device(DESK);
  await openConsole(desk);
  const { body } = await door(desk, "patients/search", { text: LIEN.name });
  const [lien] = body as { id: string }[];
  const notes = `/console/patients/${lien!.id}/notes`;
  await desk.goto(notes);
  await desk.getByRole("link", { name: "First appointment" }).waitFor();
  await shoot(desk, "console-notes-1440");
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-notes-390");
  await desk.setViewportSize(DESK.viewport);
  await desk.getByRole("button", { name: "Share all my notes" }).click();
  await desk.screenshot({ path: "shots/console-share-all-1440.png" });
  await desk.goto(notes);
  await desk.getByRole("link", { name: "What you can do at home" }).click();
  await desk.getByText("Who has read it").waitFor();
  await shoot(desk, "console-note-1440");
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-note-390");
  await desk.setViewportSize(DESK.viewport);
  await desk.getByRole("button", { name: "See it as the patient" }).click();
  await desk.getByRole("dialog").getByText("Walk every day").waitFor();
  await desk.screenshot({ path: "shots/console-as-patient-1440.png" });
  await desk.goto(notes);
  await desk.getByRole("link", { name: "Next time" }).click();
  await desk.getByLabel("Text").waitFor();
  await shoot(desk, "console-note-draft-1440");
  await desk.getByLabel("Title").fill("");
  await desk.getByRole("button", { name: "Publish" }).click();
  await desk.locator("[aria-invalid=true]").waitFor();
  await shoot(desk, "console-note-refused-1440");
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-note-draft-390");
  await desk.goto(`${notes}?kind=call`);
  await desk.getByText("No note fits").waitFor();
  await shoot(desk, "console-notes-none-390");
});
