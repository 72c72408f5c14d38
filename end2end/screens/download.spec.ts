// The page from which a whole record is taken along.
import { DESK, PHONE, test } from "../harness/test.js";
import { accept, addPatient, invite, openConsole } from "../harness/people.js";
import { both } from "../harness/shots.js";

test("download", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk, { first: "Wiremu", last: "Parata" });
  const phone = await device(PHONE);
  await accept(phone, await invite(desk, portico, patient));
  for (const [name, path] of [["download", "/download"], ["home-download", ""]] as const) {
    await phone.goto(`/portal/${patient.id}${path}`);
    await both(phone, `portal-${name}`);
  }
  portico.older(patient.email, 11);
  await phone.goto(`/portal/${patient.id}/download`);
  await both(phone, "portal-download-password");
  await phone.getByRole("button", { name: "Go on" }).click();
  await both(phone, "portal-download-refused");
});
