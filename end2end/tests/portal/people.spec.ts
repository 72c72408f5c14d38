// Walk (c): who can see a record, letting somebody in and taking it back; records one can see, and giving one up.
import { axe, DESK, expect, noSidewaysScroll, test, type Page } from "../../harness/test.js";
import { accept, addPatient, invite, newEmail, openConsole } from "../../harness/people.js";

const letIn = async (page: Page, name: string, email: string): Promise<void> => {
  await page.getByRole("link", { name: "Let somebody see it" }).click();
  await page.getByLabel("Their name").fill(name);
  await page.getByLabel(/Who they are to the patient/).fill("grandmother");
  await page.getByLabel("Their email").fill(email);
  await page.getByLabel("Confirm email").fill(email);
  await page.getByRole("button", { name: "Send the invitation" }).click();
};

// S0-26, S0-27
for (const scripts of [true, false]) {
  test(`a grandmother sees appointments only, for a while${scripts ? "" : ", without scripts"}`, async ({ device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk);
    const patient = await addPatient(desk);
    const link = await invite(desk, portico, patient);
    const page = await device({ javaScriptEnabled: scripts });
    await accept(page, link);
    await page.getByRole("link", { name: "People who can see this record" }).click();
    await expect(page.getByText("Nobody else")).toBeVisible();
    if (scripts) await axe(page);
    await noSidewaysScroll(page);

    await page.getByRole("link", { name: "Let somebody see it" }).click();
    await page.getByLabel("Their name").fill("Rosa");
    await page.getByRole("button", { name: "Send the invitation" }).click();
    // What was typed is still there, and what is wrong stands beside its field.
    await expect(page.getByLabel("Their name")).toHaveValue("Rosa");
    await expect(page.getByText("Please fill this in.").first()).toBeVisible();
    if (scripts) await axe(page);
    await noSidewaysScroll(page);
    await page.goto(page.url().includes("?page=") ? new URL(page.url()).searchParams.get("page")!.replace(/\/invite$/, "") : page.url());

    const email = newEmail();
    await letIn(page, "Rosa Vidal", email);
    await expect(page.getByText("The invitation is on its way.")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Rosa Vidal" })).toContainText("Invited");
    const mail = await portico.mailFor(email);
    expect(mail.text + mail.html).not.toContain(patient.last);
    const rosa = await device();
    await accept(rosa, mail.link);
    await expect(rosa.getByRole("heading", { level: 1, name: new RegExp(patient.last) })).toBeVisible();
    await expect(rosa.getByRole("link", { name: "Appointments" }).first()).toBeVisible();
    await expect(rosa.getByRole("link", { name: "Records" })).toHaveCount(0);
    await expect(rosa.getByRole("link", { name: "People who can see this record" })).toHaveCount(0);
    const home = rosa.url();
    for (const place of ["records", "messages", "health", "people"]) {
      await rosa.goto(`${home}/${place}`);
      await expect(rosa.locator("body")).not.toContainText(patient.last);
    }

    await page.reload();
    await page.getByText("End the access of Rosa Vidal").click();
    if (scripts) await axe(page);
    await page.getByRole("button", { name: "End it now" }).click();
    await expect(page.getByText("They cannot open this record any more.", { exact: false }).first()).toBeVisible();
    await expect(page.getByText("1 person who could see it before")).toBeVisible();
    if (scripts) await axe(page);
    await rosa.goto(home);
    await expect(rosa.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  });
}

// S0-27
test("somebody who acts for another gives it up", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const own = await device();
  await accept(own, await invite(desk, portico, patient));
  await own.getByRole("link", { name: "People who can see this record" }).click();
  const email = newEmail();
  await letIn(own, "Kim Roe", email);
  await accept(page, (await portico.mailFor(email)).link);
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page.getByRole("heading", { name: "Records you can see" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByText(/Give up the record of/).click();
  await page.getByRole("button", { name: "Give it up" }).click();
  await expect(page.getByText("You cannot open that record any more.")).toBeVisible();
  await axe(page);
  await page.goto("/portal");
  await expect(page.getByRole("heading", { level: 1, name: "No records yet" })).toBeVisible();
  // The patient's own has no such button.
  await own.goto("/portal/account");
  await expect(own.getByText(/Give up the record of/)).toHaveCount(0);
});
