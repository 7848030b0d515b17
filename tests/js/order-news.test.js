import assert from "node:assert/strict";
import test from "node:test";
import { concerns } from "../../static/js/order-news.js";

test("news concern a table by its id, everybody by the menu", () => {
  assert.equal(concerns({ tables: "3 7" }, 7), true);
  assert.equal(concerns({ tables: "3 77" }, 7), false);
  assert.equal(concerns({ tables: "", menuNews: "" }, 7), true);
  assert.equal(concerns({ tables: "all" }, 7), true);
  assert.equal(concerns({ tables: "0" }, null), true);
  assert.equal(concerns({ tables: "3" }, null), false);
});
