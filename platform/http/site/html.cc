// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/html.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "platform/internal/printable.h"
#include "ssl/sha256.h"

namespace airlock::http {
namespace {

constexpr absl::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#1d2126;--dim:#5f6875;
--line:#e4e7ec;--row:#f4f6fa;--link:#0b57d0;--dir:#d9a520;--good:#176b3a}
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e4e7ec;--dim:#98a2b0;
--line:#2a3038;--row:#1c2127;--link:#8ab4f8;--dir:#e0b050;--good:#6fcf97}}
*{box-sizing:border-box}
body{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem;
font:1rem/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.4rem;margin:0 0 1rem}
h1,td,th,dd{overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.8rem 0 .4rem}
a{color:var(--link);text-decoration:none}
a:hover,a:focus{text-decoration:underline}
table{width:100%;border-collapse:collapse}
td,th{padding:.4rem .6rem;border-bottom:1px solid var(--line);
text-align:left;vertical-align:top}
th{font-weight:500;color:var(--dim)}
tbody tr:hover{background:var(--row)}
.facts th{width:13rem}
.n::before{content:"";display:inline-block;width:.75em;height:.95em;
margin:0 .75em 0 .1em;border:1px solid var(--dim);border-radius:2px;
vertical-align:-.1em}
.d::before{width:.95em;height:.75em;margin:0 .65em 0 0;vertical-align:0;
background:var(--dir);border-color:var(--dir);border-radius:1px 4px 2px 2px}
.s,.t{white-space:nowrap;color:var(--dim);font-variant-numeric:tabular-nums}
.s,th.s,.t,th.t{text-align:right}
.dim,footer{color:var(--dim)}
footer{margin-top:1.5rem;font-size:.9rem}
.note{padding:.6rem .9rem;border-left:4px solid var(--good);
background:var(--row)}
pre{overflow:auto;padding:.8rem;background:var(--row);font-size:.8rem}
summary{cursor:pointer;color:var(--link)}
form{display:inline-block;margin:.5rem .6rem .5rem 0}
button,input::file-selector-button{font:inherit;padding:.4rem .9rem;
border:1px solid var(--dim);border-radius:6px;background:var(--row);
color:var(--fg);cursor:pointer}
progress{width:100%}
@media(max-width:36rem){body{padding:1rem .5rem 2rem}td,th{padding:.4rem .3rem}
.t span{display:none}.facts th{width:8rem}}
)";

std::string HashSource(absl::string_view code) {
  return absl::StrCat("'sha256-", absl::Base64Escape(ssl::Sha256(code)), "'");
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(platform::internal::Printable(text),
                             {{"&", "&amp;"},
                              {"<", "&lt;"},
                              {">", "&gt;"},
                              {"\"", "&quot;"},
                              {"'", "&#39;"}});
}

std::string PageText(const Page& page) {
  std::string text = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>",
      EscapeHtml(page.title), "</title><style>", kStyle, "</style></head>\n",
      "<body>", page.body);
  if (!page.script.empty()) {
    absl::StrAppend(&text, "<script>", page.script, "</script>");
  }
  absl::StrAppend(&text, "</body></html>\n");
  return text;
}

Headers PageHeaders(absl::string_view script) {
  static const std::string& style = *new std::string(HashSource(kStyle));
  std::string policy = absl::StrCat("default-src 'none'; style-src ", style,
                                    "; form-action 'self'; base-uri 'none'; "
                                    "frame-ancestors 'none'");
  if (!script.empty()) {
    absl::StrAppend(&policy, "; script-src ", HashSource(script),
                    "; connect-src 'self'");
  }
  return Headers({
      {"Content-Type", "text/html; charset=utf-8"},
      {"Content-Security-Policy", policy},
      // "no-referrer" would also hide the Origin of the page's own forms.
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  });
}

ServerResponse PageResponse(int status, const Page& page) {
  ServerResponse response;
  response.status = status;
  response.headers = PageHeaders(page.script);
  response.headers.Add("Cache-Control", "no-store");
  response.body = PageText(page);
  return response;
}

}  // namespace airlock::http
