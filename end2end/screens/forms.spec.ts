// Forms, in the portal and in the console.
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

test("forms", async ({ device }) => {
  const phone = await device(PHONE);
  await openPortal(phone);
  await shoot(phone, "portal-home-asked-390");
  const home = phone.url();
  await phone.goto(`${home}/forms`);
  await shoot(phone, "portal-forms-390");
  await phone.getByRole("link", { name: "New patient questionnaire" }).click();
  await shoot(phone, "portal-form-390");
  await phone.getByRole("button", { name: "Return to the practice" }).click();
  await shoot(phone, "portal-form-refused-390");
  await phone.setViewportSize(DESK.viewport);
  await shoot(phone, "portal-form-refused-1440");
  await phone.goto(`${home}/forms`);
  await shoot(phone, "portal-forms-1440");
  await phone.goto(home);
  await shoot(phone, "portal-home-asked-1440");
  await phone.goto(`${home}/forms`);
  await phone.getByRole("link", { name: "New patient questionnaire" }).click();
  await phone.emulateMedia({ media: "print" });
  await phone.screenshot({ path: "shots/portal-form-print.png", fullPage: true });
  await phone.emulateMedia({ media: "screen" });
  await phone.getByLabel("What brings you to us?").fill("My left knee hurts when I walk down stairs.");
  await phone.getByRole("radiogroup", { name: "Are you allergic to anything?" }).getByText("No", { exact: true }).click();
  await phone.getByRole("button", { name: "Return to the practice" }).click();
  await shoot(phone, "portal-form-returned-1440");
  await phone.setViewportSize(PHONE.viewport);
  await shoot(phone, "portal-form-returned-390");

  const desk = await device(DESK);
  await openConsole(desk);
  await desk.goto("/console/settings/forms");
  await desk.getByRole("row", { name: /questionnaire/ }).waitFor();
  await shoot(desk, "console-forms-1440");
  await desk.getByRole("link", { name: "New patient questionnaire" }).click();
  await desk.getByRole("button", { name: "Publish" }).waitFor();
  await shoot(desk, "console-form-editor-1440");
  await desk.getByRole("button", { name: "Preview" }).click();
  await desk.screenshot({ path: "shots/console-form-preview-1440.png" });
  await desk.keyboard.press("Escape");
  const { body } = await door(desk, "patients/search", { text: LIEN.name });
  const [lien] = body as { id: string }[];
  await desk.goto(`/console/patients/${lien!.id}/forms`);
  await desk.getByRole("row", { name: /questionnaire/ }).waitFor();
  await shoot(desk, "console-patient-forms-1440");
  await desk.getByRole("button", { name: "Read the answers" }).click();
  await desk.getByRole("dialog").getByText("My left knee").waitFor();
  await desk.screenshot({ path: "shots/console-form-answers-1440.png" });
  await desk.keyboard.press("Escape");
  await desk.getByRole("button", { name: "Send a form" }).click();
  await desk.getByRole("dialog").getByLabel("Message").waitFor();
  await desk.screenshot({ path: "shots/console-form-send-1440.png" });
  await desk.keyboard.press("Escape");
  await desk.setViewportSize(PHONE.viewport);
  await shoot(desk, "console-patient-forms-390");
});
