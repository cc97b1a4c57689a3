import { cloudSettingsIn } from "./cloud-settings";

it("the cloud of a stack is known from its settings, also before it has a reservation", () => {
  const settings = {
    "feedback-loop:openstack": '{"cloud":"tacc","image":"CC-Ubuntu24.04"}',
    "feedback-loop:suffix": "ann",
  };
  expect(cloudSettingsIn(settings, "chameleon")).toEqual({
    cloud: "tacc",
    suffix: "ann",
    cloudName: "feedback-loop-chameleon-ann",
    reservationId: "",
  });
});

it("without settings it is the one that clouds.yaml files from web interfaces have", () => {
  expect(cloudSettingsIn({}, "mine")).toEqual({
    cloud: "openstack",
    suffix: "",
    cloudName: "feedback-loop-mine",
    reservationId: "",
  });
});
