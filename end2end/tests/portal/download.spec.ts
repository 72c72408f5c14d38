// A whole record to keep: from Home to the file, with and without scripts.
import { readFile } from "node:fs/promises";

import { axe, DESK, expect, noSidewaysScroll, PHONE, test } from "../../harness/test.js";
import { accept, addPatient, door, invite, openConsole, PASSWORD } from "../../harness/people.js";

// PT-26
for (const scripts of [true, false]) {
  test(`a patient takes their record along${scripts ? "" : ", without scripts"}`, async ({ device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk);
    const patient = await addPatient(desk);
    const form = { title: "First visit", category: "consultation", body: "Walk every day." };
    const { body: id } = await door(desk, "notes/begin", { patient: patient.id, form });
    await door(desk, "notes/publish", { patient: patient.id, id, version: 0, form });
    const page = await device({ ...PHONE, javaScriptEnabled: scripts, acceptDownloads: true });
    await accept(page, await invite(desk, portico, patient));
    expect((await door(desk, "notes/share_with_patient", { patient: patient.id, id, version: 1, form: {} })).status).toBe(200);
    await page.reload();
    await page.getByRole("link", { name: "Download this record" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Download this record" })).toBeVisible();
    await expect(page.getByText("Notes that were shared")).toBeVisible();
    if (scripts) await axe(page);
    await noSidewaysScroll(page);
    // SS-06: a while after signing in, the password comes first; a wrong one says so beside the field.
    portico.older(patient.email, 11);
    await page.reload();
    await expect(page.getByRole("link", { name: "Download", exact: true })).toHaveCount(0);
    const password = page.getByLabel("Your password", { exact: true });
    await password.fill("not this one");
    await page.getByRole("button", { name: "Go on" }).click();
    await expect(page.locator("[aria-invalid=true]")).toBeVisible();
    await expect(page.getByRole("link", { name: "Download", exact: true })).toHaveCount(0);
    if (scripts) await axe(page);
    await noSidewaysScroll(page);
    await password.fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    if (scripts) await axe(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download", exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.zip$/);
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 2).toString("latin1")).toBe("PK");
    const text = bytes.toString("utf8");
    expect(text).toContain("Notes/001 First visit.txt");
    expect(text).toContain("Walk every day.");
    // The page is still there, and says so in the log.
    await page.goto(`/portal/${patient.id}/access-log`);
    await expect(page.getByRole("main").getByRole("listitem").filter({ hasText: "Downloaded the whole record" })).toContainText("You");
  });
}
