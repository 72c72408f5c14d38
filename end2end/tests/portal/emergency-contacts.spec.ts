// A patient names whom her practice calls in an emergency, and in what order.
import { axe, DESK, expect, noSidewaysScroll, settled, test } from "../../harness/test.js";
import { BEN, accept, addPatient, invite, openConsole } from "../../harness/people.js";

// S0-18: named, put first, changed and taken off the list, with and without scripts; the practice looks at each.
for (const scripts of [true, false]) {
  test(`whom to call in an emergency${scripts ? "" : ", without scripts"}`, async ({ device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk, BEN);
    const patient = await addPatient(desk);
    const page = await device({ javaScriptEnabled: scripts });
    await accept(page, await invite(desk, portico, patient));
    const look = async (): Promise<void> => {
      if (scripts) await axe(page);
      await noSidewaysScroll(page);
    };
    await page.goto(`/portal/${patient.id}/details`);
    await page.getByRole("link", { name: "Change emergency contacts" }).click();
    await expect(page.getByText("Nobody is named yet")).toBeVisible();
    await look();
    await page.getByRole("link", { name: "Add somebody" }).click();
    await page.getByLabel("Name").fill("Kim Nguyen");
    await page.getByRole("button", { name: "Send the changes" }).click();
    await expect(page.getByText("Please fill this in.").first()).toBeVisible();
    await expect(page.getByLabel("Name")).toHaveValue("Kim Nguyen");
    await look();
    await page.getByLabel("Who they are to you").fill("Sister");
    await page.getByLabel("Telephone").fill("0491 570 156");
    await page.getByRole("button", { name: "Send the changes" }).click();
    await expect(page.getByText("Sent. You see here what becomes of it.")).toBeVisible();
    await page.getByRole("link", { name: "Add somebody" }).click();
    await page.getByLabel("Name").fill("Ada Vidal");
    await page.getByLabel("Who they are to you").fill("Neighbour");
    await page.getByLabel("Telephone").fill("0491 570 157");
    await page.getByRole("button", { name: "Send the changes" }).click();
    await page.getByRole("button", { name: "Call Ada Vidal earlier" }).click();
    await expect(page.getByText("The order you asked for waits")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Sister" })).toContainText("They are not called until the practice accepts.");
    await look();

    await desk.goto(`/console/patients/${patient.id}/updates`);
    await expect(desk.getByText("This order names somebody who is not in the record yet.")).toBeVisible();
    await expect(desk.getByRole("button", { name: "Approve: Whom to call first" })).toHaveCount(0);
    await settled(desk);
    await axe(desk);
    await desk.getByRole("button", { name: "Approve: Emergency contact: Kim Nguyen" }).click();
    await desk.getByRole("button", { name: "Edit: Emergency contact: Ada Vidal" }).click();
    const edit = desk.getByRole("dialog", { name: "Write something else" });
    await edit.getByLabel("Phone").fill("none");
    await edit.getByRole("button", { name: "Approve" }).click();
    await expect(edit.getByText("This is not a telephone number.")).toBeVisible();
    await axe(desk);
    await edit.getByLabel("Phone").fill("0491 570 158");
    await edit.getByRole("button", { name: "Approve" }).click();
    await desk.getByRole("button", { name: "Approve: Whom to call first" }).click();
    await expect(desk.getByText("Nothing waits")).toBeVisible();
    await desk.getByRole("link", { name: "Contacts" }).click();
    await expect(desk.getByRole("rowheader", { name: /Ada Vidal|Kim Nguyen/ })).toHaveText(["Ada Vidal", "Kim Nguyen"]);

    await page.goto(`/portal/${patient.id}/contacts`);
    await expect(page.getByText("The practice changed this itself on")).toBeVisible();
    await look();
    await page.getByText("Take Kim Nguyen off the list").click();
    await page.getByRole("button", { name: "Take off the list" }).click();
    await expect(page.getByText("You asked to take them off the list: they are called until the practice accepts.")).toBeVisible();
    await look();
    await desk.goto(`/console/patients/${patient.id}/updates`);
    await desk.getByRole("button", { name: "Approve: Emergency contact: Kim Nguyen" }).click();
    await expect(desk.getByText("Nothing waits")).toBeVisible();
    await page.goto(`/portal/${patient.id}/details`);
    await expect(page.getByText("Ada Vidal (Neighbour), 0491 570 158")).toBeVisible();
    await expect(page.getByText("Kim Nguyen")).toHaveCount(0);
    await look();
  });
}
