// Who looked at a record: the patient sees it on a phone, with and without scripts; who sees appointments only does not.
import { axe, DESK, expect, noSidewaysScroll, PHONE, test } from "../../harness/test.js";
import { accept, addPatient, door, invite, MIRA, inviteOther, openConsole, openProfile } from "../../harness/people.js";

// B-01
for (const scripts of [true, false]) {
  test(`a patient sees who looked at the record${scripts ? "" : ", without scripts"}`, async ({ device, portico }) => {
    test.setTimeout(120_000);
    const desk = await device(DESK);
    await openConsole(desk);
    const patient = await addPatient(desk);
    const page = await device({ ...PHONE, javaScriptEnabled: scripts });
    await accept(page, await invite(desk, portico, patient));
    await openProfile(desk, patient);
    const way = page.getByRole("link", { name: "Who looked at this record" });
    await way.click();
    await expect(page.getByRole("heading", { level: 1, name: "Who looked at this record" })).toBeVisible();
    const rows = page.getByRole("main").getByRole("listitem");
    const opened = rows.filter({ hasText: "Opened the profile" }).first();
    await expect(opened).toContainText(MIRA.name);
    // When, in words and for machines.
    await expect(opened.locator("time")).toHaveAttribute("datetime", /^\d{4}-/);
    await expect(rows.filter({ hasText: "Accepted an invitation to the portal" })).toContainText("You");
    // One's own way through the portal is left out, and ids never show.
    await expect(rows.filter({ hasText: "in the portal" }).filter({ hasText: "You" }).filter({ hasText: "Opened" })).toHaveCount(0);
    await expect(page.getByRole("main")).not.toContainText(/(usr|acc|pat|inv)_/);
    await expect(page.getByRole("link", { name: "Earlier" })).toHaveCount(0);
    if (scripts) await axe(page);
    await noSidewaysScroll(page);

    for (let n = 0; n < 26; n += 1) await door(desk, "patients/contacts", { id: patient.id });
    await page.reload();
    await expect(rows).toHaveCount(25);
    if (scripts) await axe(page);
    await page.getByRole("link", { name: "Earlier" }).click();
    await expect(rows.filter({ hasText: "Started this record" })).toContainText(MIRA.name);
    if (scripts) await axe(page);
    await noSidewaysScroll(page);
    await page.getByRole("link", { name: "Latest" }).click();
    await expect(rows).toHaveCount(25);
    await expect(rows.first()).toContainText("Opened the contacts");
  });
}

// PX-01, PT-33
test("who sees appointments only does not see who looked", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const email = await inviteOther(desk, patient, { role: "edit", level: "administrative", manages: "yes" });
  await accept(page, (await portico.mailFor(email)).link);
  await expect(page.getByRole("link", { name: "People who can see this record" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Who looked at this record" })).toHaveCount(0);
  expect((await page.goto(`/portal/${patient.id}/access-log`))!.status()).toBe(404);
  await expect(page.locator("body")).not.toContainText(patient.last);
  // The patient's own, from somebody else's phone.
  const other = await addPatient(desk);
  const stranger = await device(PHONE);
  await accept(stranger, await invite(desk, portico, other));
  expect((await stranger.goto(`/portal/${patient.id}/access-log`))!.status()).toBe(404);
});
