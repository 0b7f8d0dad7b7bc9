# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The libraries for users without Bazel: libNAME.a and libNAME.so.

Both contain everything that the library needs and export only the requested
symbols, so that BoringSSL and Abseil do not conflict with another OpenSSL or
Abseil in the same process.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

# With --unique, sections with the same name (all of BoringSSL's assembly) stay
# separate, so that the last linker can drop each.
# Without --force-group-allocation, the last linker could drop a symbol that is
# now local together with a COMDAT group that the program also has. objcopy
# makes a "unique" symbol (GCC's, of inline statics) local only if it is weak
# first.
_MERGE = """set -e
ld=$1 nm=$2 objcopy=$3 ar=$4 symbols=$5 object=$6 output=$7
shift 7
"$ld" -r --unique='.text*' --force-group-allocation -o "$object" \
  --whole-archive "$@"
"$nm" --format=posix "$object" | awk '$2 == "u" { print $1 }' >"$object.unique"
"$objcopy" --weaken-symbols="$object.unique" "$object"
"$objcopy" --wildcard --keep-global-symbols="$symbols" "$object"
rm -f "$object.unique" "$output"
"$ar" rcsD "$output" "$object"
"""

def _merged_archive_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    linking = ctx.attr.library[CcInfo].linking_context
    archives = [
        library.pic_static_library or library.static_library
        for linker_input in linking.linker_inputs.to_list()
        for library in linker_input.libraries
        if library.pic_static_library or library.static_library
        if ctx.attr.repository in ("", linker_input.owner.workspace_name)
    ]

    symbols = ctx.actions.declare_file(ctx.label.name + ".symbols")
    ctx.actions.write(symbols, "\n".join(
        ctx.attr.exported + ["!" + name for name in ctx.attr.hidden],
    ) + "\n")
    merged = ctx.actions.declare_file(ctx.label.name + ".o")
    ctx.actions.run_shell(
        outputs = [ctx.outputs.out, merged],
        inputs = depset(
            archives + [symbols],
            transitive = [toolchain.all_files],
        ),
        command = _MERGE,
        arguments = [
            toolchain.ld_executable,
            toolchain.nm_executable,
            toolchain.objcopy_executable,
            toolchain.ar_executable,
            symbols.path,
            merged.path,
            ctx.outputs.out.path,
        ] + [archive.path for archive in archives],
        mnemonic = "MergeArchives",
        progress_message = "Merging into %s" % ctx.outputs.out.short_path,
    )

_merged_archive = rule(
    implementation = _merged_archive_impl,
    attrs = {
        "library": attr.label(mandatory = True, providers = [CcInfo]),
        "out": attr.output(mandatory = True),
        "exported": attr.string_list(mandatory = True),
        "hidden": attr.string_list(),
        # The part of the library: all, or what comes from this repository.
        "repository": attr.string(),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    fragments = ["cpp"],
)

def archive_of_repository(name, library, out, repository):
    """Makes a static archive of a library's parts from another repository.

    Args:
      name: of the rule.
      library: the cc_library.
      out: the archive.
      repository: the other repository.
    """
    _merged_archive(
        name = name,
        library = library,
        out = out,
        exported = ["*"],
        repository = repository,
    )

def self_contained_libraries(
        name,
        library,
        soversion,
        exported,
        hidden,
        visibility):
    """Makes lib<name>.a and lib<name>.so of a cc_library.

    Args:
      name: their name.
      library: the cc_library.
      soversion: the end of the shared library's soname.
      exported: wildcards of the (mangled) symbols to export, by their version
        in the shared library.
      hidden: wildcards of exceptions to these.
      visibility: of both, and of <name>_exports.lds, which lists the exports of
        the shared one.
    """
    static = "lib%s.a" % name
    shared = "lib%s.so" % name
    symbols = [symbol for group in exported.values() for symbol in group]
    _merged_archive(
        name = name + "_merged",
        library = library,
        out = static,
        exported = symbols,
        hidden = hidden,
        visibility = visibility,
    )
    native.cc_import(
        name = name + "_whole",
        static_library = static,
        alwayslink = True,
    )

    # Hidden symbols are already local in the archive.
    script = name + "_exports.lds"
    native.genrule(
        name = name + "_exports",
        outs = [script],
        visibility = visibility,
        cmd = "\n".join(
            ["cat >$@ <<'END'"] + [
                "%s { global: %s;%s };" % (
                    version,
                    "; ".join(group),
                    # A wildcard yields to any explicit name, in any version;
                    # but gold accepts it only once.
                    " local: *;" if i == 0 else "",
                )
                for i, (version, group) in enumerate(exported.items())
            ] + ["END"],
        ),
    )
    native.cc_binary(
        name = shared,
        additional_linker_inputs = [script],
        linkopts = [
            "-Wl,--version-script=$(location %s)" % script,
            "-Wl,-soname,%s.%s" % (shared, soversion),
            "-Wl,-z,defs",
            # BoringSSL has thread-locals whose destructors must stay loaded.
            "-Wl,-z,nodelete",
            "-pthread",
        ],
        linkshared = True,
        visibility = visibility,
        deps = [name + "_whole"],
    )
