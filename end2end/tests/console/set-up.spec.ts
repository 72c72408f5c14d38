// The first run of a new server: from the code it prints to the first patient invited.
import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { PASSWORD, addPatient, door } from "../../harness/people.js";
import { Server } from "../../harness/server.js";

test("a new practice is set up once, with the code that the server printed", async ({ device }) => {
  const server = await Server.start("serve");
  try {
    // The server answers before it has printed the code.
    const printed = async () => /code\W+([\w-]{6,})/i.exec(await server.log())?.[1];
    await expect.poll(printed).toBeTruthy();
    const code = await printed();
    const page = await device({ baseURL: server.origin });
    await page.goto("/set-up");
    await axe(page);
    await noSidewaysScroll(page);
    // The browser's own time zone is proposed.
    await expect(page.getByLabel("Time zone")).toHaveValue("Australia/Sydney");
    const fill = async () => {
      await page.getByLabel("Name of the practice").fill("Kauri Street Clinic");
      await page.getByLabel("First location").fill("Kauri Street");
      await page.getByLabel("Time zone").selectOption("Pacific/Auckland");
      await page.getByLabel("First name").fill("Ana");
      await page.getByLabel("Last name").fill("Parata");
      await page.getByLabel("Email", { exact: true }).fill("ana@example.org");
      await page.getByLabel("Confirm email").fill("ana@example.org");
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    };
    await fill();
    await page.getByLabel("Set-up code").fill("not-the-code");
    await page.getByRole("button", { name: "Set up and open the console" }).click();
    await expect(page.getByLabel("Name of the practice")).toHaveValue("Kauri Street Clinic");
    await expect(page.getByLabel("Time zone")).toHaveValue("Pacific/Auckland");
    await expect(page.getByText("This is not the code that the server printed")).toBeVisible();
    // DB-06: a code is not sent back.
    await expect(page.getByLabel("Set-up code")).toHaveValue("");
    await axe(page);

    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Set-up code").fill(code!);
    await page.getByRole("button", { name: "Set up and open the console" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Ana Parata" })).toBeVisible();
    // S0-06: inviting is the only step left, and it works at once.
    await expect(page.getByText("Invite your first patient to the portal")).toBeVisible();
    await axe(page);
    const patient = await addPatient(page);
    const form = { email: patient.email, email_again: patient.email };
    expect((await door(page, "invitations/invite", { patient: patient.id, form })).status).toBe(200);
    // Somebody is invited: the first steps are done.
    await page.reload();
    await expect(page.getByText("Nothing new")).toBeVisible();
    await expect(page.getByText("Invite your first patient to the portal")).toHaveCount(0);

    // RC-10: it works once.
    const other = await device({ baseURL: server.origin, ...PHONE });
    await other.goto("/set-up");
    await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(other.getByLabel("Set-up code")).toHaveCount(0);
    await axe(other);
  } finally {
    await server.stop();
  }
});
