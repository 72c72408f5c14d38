// Home activities: assigned in the console, read and ticked off in the portal, in every state that they are in.
import type { Page } from "@playwright/test";

import { DESK, PHONE, test } from "../harness/test.js";
import { accept, addPatient, door, invite, openConsole, type Patient } from "../harness/people.js";
import { both } from "../harness/shots.js";

const HOW = "Stand behind a chair and hold on to it. Rise slowly onto the balls of both feet, count to two, and come down slowly.\n\nStop when it hurts more than a little, and tell us.";
const EVERY = "mon tue wed thu fri sat sun";

async function assign(desk: Page, patient: Patient, title: string, more: object = {}): Promise<string> {
  const form = { title, dose: "3 times 12, morning and evening", instructions: HOW, days: EVERY, from: "2026-01-01", ...more };
  return (await door(desk, "activities/assign", { patient: patient.id, form })).body as string;
}

test("activities", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Wiremu", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  const [tab, list] = [`/console/patients/${patient.id}/activities`, `/portal/${patient.id}/activities`];
  await desk.goto(tab);
  await desk.getByText("No home activities yet").waitFor();
  await both(desk, "console-activities-none");
  await phone.goto(list);
  await both(phone, "portal-activities-none");
  await desk.getByRole("button", { name: "Assign" }).click();
  await desk.getByText("is added under Documents first").waitFor();
  await both(desk, "console-activity-assign");
  const dialog = desk.getByRole("dialog");
  await dialog.getByRole("button", { name: "Assign" }).click();
  await dialog.getByText("Please fill this in").first().waitFor();
  await both(desk, "console-activity-refused");
  await dialog.getByLabel("Activity").fill("Calf raises");
  await dialog.getByLabel("How it is done").fill(HOW);
  await dialog.getByRole("button", { name: "See it as the patient" }).click();
  await dialog.getByText("Stop when it hurts").waitFor();
  await both(desk, "console-activity-preview");
  await dialog.getByRole("button", { name: "Cancel" }).click();

  const raises = await assign(desk, patient, "Calf raises, with both feet and both hands on the back of a chair that does not move");
  await assign(desk, patient, "Balance on one leg", { days: "mon wed fri" });
  const over = await assign(desk, patient, "Short walks", { until: "2026-11-01" });
  const gone = await assign(desk, patient, "Meant for somebody else");
  await door(desk, "activities/withdraw", { patient: patient.id, id: gone });
  await phone.goto(`/portal/${patient.id}`);
  await both(phone, "portal-home-activities");
  await phone.goto(list);
  await both(phone, "portal-activities");
  await phone.goto(`${list}/${raises}`);
  await both(phone, "portal-activity");
  await phone.getByLabel("How did it go?").fill("A little sore in the evening");
  await phone.getByRole("button", { name: "I did it" }).click();
  await phone.getByText("Today: Done").waitFor();
  await both(phone, "portal-activity-done");
  await phone.emulateMedia({ media: "print" });
  await phone.screenshot({ path: "shots/portal-activity-print.png", fullPage: true });
  await phone.emulateMedia({ media: "screen" });
  await phone.goto(`${list}/${over}`);
  await both(phone, "portal-activity-over");
  await phone.goto(`${list}/${gone}`);
  await both(phone, "portal-activity-gone");

  await desk.goto(tab);
  await desk.getByText("Meant for somebody else").waitFor();
  await both(desk, "console-activities");
  for (const [id, name] of [[raises, "goes-on"], [over, "over"], [gone, "gone"]] as const) {
    await desk.goto(`${tab}/${id}`);
    await desk.getByRole("heading", { name: "How often it was done" }).waitFor();
    await both(desk, `console-activity-${name}`);
  }
  await desk.emulateMedia({ media: "print" });
  await desk.screenshot({ path: "shots/console-activity-print.png", fullPage: true });
  await desk.emulateMedia({ media: "screen" });
  await desk.goto(`${tab}/${raises}`);
  await desk.getByRole("button", { name: "Change" }).click();
  await desk.getByRole("dialog").getByLabel("How much").waitFor();
  await both(desk, "console-activity-change");
  await desk.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await desk.getByRole("button", { name: "Take back" }).click();
  await both(desk, "console-activity-take-back");
});
