import { bucketPolicy } from "./policy";

describe("an object-store policy", () => {
  it("lets a reader list and read its bucket, and nothing else", () => {
    expect(bucketPolicy({ models: ["read"] })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["s3:GetBucketLocation", "s3:ListBucket"],
          Resource: ["arn:aws:s3:::models"],
        },
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::models/*"] },
      ],
    });
  });

  it("lets nobody delete", () => {
    const actions = bucketPolicy({ production: ["read", "write"] }).Statement.flatMap(
      ({ Action }) => Action,
    );
    expect(actions).toContain("s3:PutObject");
    expect(actions.filter((action) => /Delete|\*/.test(action))).toEqual([]);
  });

  it("has no statement over a bucket that isn't needed", () => {
    expect(bucketPolicy({})).toEqual({ Version: "2012-10-17", Statement: [] });
  });
});
