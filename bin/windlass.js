#!/usr/bin/env node
// Plain old JavaScript on purpose: on a Node that is too old, this file must still run far enough to say so.
(function () {
  var found = process.versions.node;
  var parts = found.split(".");
  var major = Number(parts[0]);
  if (major < 24 || (major === 24 && Number(parts[1]) < 15)) {
    process.stderr.write(
      "windlass: it needs Node 24.15 or newer, and this is Node " +
        found +
        " (" +
        process.execPath +
        ")\n  → Install a newer Node: https://nodejs.org\n",
    );
    process.exitCode = 2;
    return;
  }
  import("../dist/cli/main.js").catch(function (error) {
    var unbuilt = error.code === "ERR_MODULE_NOT_FOUND" && /dist[\\/]cli[\\/]main\.js/.test(error.message);
    if (!unbuilt) throw error;
    return fromSource(error);
  });

  // In a clone that is not built: run the source, for this program and for the modules that it loads.
  function fromSource(missing) {
    return import("node:module").then(function (module) {
      module.registerHooks({
        resolve: function (specifier, context, next) {
          var conditions = context.conditions.concat("windlass:source");
          return next(specifier, Object.assign({}, context, { conditions: conditions }));
        },
      });
      return import("../src/cli/main.ts").catch(function (error) {
        throw error.code === "ERR_MODULE_NOT_FOUND" ? missing : error;
      });
    });
  }
})();
