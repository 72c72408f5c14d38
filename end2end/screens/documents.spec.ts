// Documents: written and completed in the console, read in the portal, in every state that they are in.
import type { Page } from "@playwright/test";

import { DESK, PHONE, test } from "../harness/test.js";
import { accept, addPatient, door, invite, openConsole, type Patient } from "../harness/people.js";
import { both, shoot } from "../harness/shots.js";

const BODY = "The ankle is stronger.\n\nStairs go well:\nup and down, without a rail.\n\nWe see you again in three weeks.";

async function written(desk: Page, patient: Patient, title: string, kind: string, done: boolean, asks = ""): Promise<string> {
  const form = { title, kind, body: BODY, asks };
  const { body: id } = await door(desk, "documents/begin", { patient: patient.id, form });
  if (done) await door(desk, "documents/complete", { patient: patient.id, id, version: 1, form });
  return id as string;
}

test("documents", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Wiremu", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  const [tab, list] = [`/console/patients/${patient.id}/documents`, `/portal/${patient.id}/documents`];
  await desk.goto(tab);
  await desk.getByText("No documents yet").waitFor();
  await both(desk, "console-documents-none");
  await phone.goto(list);
  await both(phone, "portal-documents-none");

  const letter = await written(desk, patient, "Letter to the hospital, with everything that was found in the last three years", "letter", true, "yes");
  const plan = await written(desk, patient, "Plan for the autumn", "plan", false);
  const receipt = await written(desk, patient, "What was paid", "receipt", true);
  await door(desk, "documents/withdraw", { patient: patient.id, id: receipt });
  await written(desk, patient, "After six weeks", "report", true);
  await phone.goto(`/portal/${patient.id}`);
  await both(phone, "portal-home-documents");
  await phone.goto(list);
  await both(phone, "portal-documents");
  await phone.goto(`${list}/${letter}`);
  await both(phone, "portal-document-asked");
  await phone.getByRole("button", { name: "I have read it" }).click();
  await phone.getByText("You confirmed").waitFor();
  await both(phone, "portal-document-confirmed");
  await phone.emulateMedia({ media: "print" });
  await phone.screenshot({ path: "shots/portal-document-print.png", fullPage: true });
  await phone.goto(`${list}/${receipt}`);
  await both(phone, "portal-document-gone");

  await desk.goto(tab);
  await desk.getByText("Confirmed by the patient").waitFor();
  await both(desk, "console-documents");
  await desk.getByLabel("Type").selectOption("certificate");
  await desk.getByText("No document of this type").waitFor();
  await shoot(desk, "console-documents-none-of-type");
  for (const [id, name] of [[letter, "read"], [receipt, "withdrawn"], [plan, "draft"]] as const) {
    await desk.goto(`${tab}/${id}`);
    await desk.getByText("All documents").waitFor();
    await (id === plan ? desk.getByLabel("Text") : desk.getByRole("heading", { name: "In the portal" })).waitFor();
    await both(desk, `console-document-${name}`);
  }
  await desk.getByLabel("Text").fill("");
  await desk.getByRole("button", { name: "Complete" }).click();
  await both(desk, "console-document-complete");
  await desk.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
  await desk.getByText("Please fill this in").waitFor();
  await both(desk, "console-document-refused");
  await desk.goto(`${tab}/doc_00000000000000000000000000000000`);
  await desk.getByText("This document is not here").waitFor();
  await both(desk, "console-document-not-here");
});
