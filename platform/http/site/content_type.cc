// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/content_type.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace airlock::http {
namespace {

struct Type {
  absl::string_view ending;
  absl::string_view type;
};

constexpr Type kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".xhtml", "application/xhtml+xml"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".vtt", "text/vtt; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".xml", "application/xml"},
    {".xsl", "application/xml"},
    {".atom", "application/atom+xml"},
    {".yaml", "text/plain; charset=utf-8"},
    {".yml", "text/plain; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".text", "text/plain; charset=utf-8"},
    {".log", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
    {".rst", "text/plain; charset=utf-8"},
    {".py", "text/plain; charset=utf-8"},
    {".c", "text/plain; charset=utf-8"},
    {".cc", "text/plain; charset=utf-8"},
    {".cpp", "text/plain; charset=utf-8"},
    {".h", "text/plain; charset=utf-8"},
    {".hpp", "text/plain; charset=utf-8"},
    {".go", "text/plain; charset=utf-8"},
    {".rs", "text/plain; charset=utf-8"},
    {".java", "text/plain; charset=utf-8"},
    {".sh", "text/plain; charset=utf-8"},
    {".pl", "text/plain; charset=utf-8"},
    {".rb", "text/plain; charset=utf-8"},
    {".lua", "text/plain; charset=utf-8"},
    {".sql", "text/plain; charset=utf-8"},
    {".ini", "text/plain; charset=utf-8"},
    {".conf", "text/plain; charset=utf-8"},
    {".cfg", "text/plain; charset=utf-8"},
    {".toml", "text/plain; charset=utf-8"},
    {".diff", "text/plain; charset=utf-8"},
    {".patch", "text/plain; charset=utf-8"},
    {".pem", "text/plain; charset=utf-8"},
    {".bzl", "text/plain; charset=utf-8"},
    {".crt", "application/x-x509-ca-cert"},
    {".cer", "application/x-x509-ca-cert"},
    {".der", "application/x-x509-ca-cert"},
    {".crl", "application/pkix-crl"},
    {".p12", "application/x-pkcs12"},
    {".pfx", "application/x-pkcs12"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".bmp", "image/bmp"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".ico", "image/x-icon"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".opus", "audio/ogg"},
    {".flac", "audio/flac"},
    {".wav", "audio/wav"},
    {".m4a", "audio/mp4"},
    {".mp4", "video/mp4"},
    {".m4v", "video/mp4"},
    {".webm", "video/webm"},
    {".mov", "video/quicktime"},
    {".mkv", "video/x-matroska"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".ttf", "font/ttf"},
    {".otf", "font/otf"},
    {".wasm", "application/wasm"},
    {".pdf", "application/pdf"},
    {".epub", "application/epub+zip"},
    {".zip", "application/zip"},
    {".whl", "application/zip"},
    {".gz", "application/gzip"},
    {".tgz", "application/gzip"},
    {".bz2", "application/x-bzip2"},
    {".xz", "application/x-xz"},
    {".zst", "application/zstd"},
    {".7z", "application/x-7z-compressed"},
    {".tar", "application/x-tar"},
    {".jar", "application/java-archive"},
    {".deb", "application/vnd.debian.binary-package"},
    {".iso", "application/x-iso9660-image"},
    {".rtf", "application/rtf"},
    {".doc", "application/msword"},
    {".docx",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".pptx",
     "application/"
     "vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".odt", "application/vnd.oasis.opendocument.text"},
};

}  // namespace

std::string ContentType(absl::string_view name) {
  static const auto* const types = [] {
    auto* made = new absl::flat_hash_map<absl::string_view, absl::string_view>;
    for (const Type& type : kTypes) made->emplace(type.ending, type.type);
    return made;
  }();
  const size_t dot = name.rfind('.');
  if (dot != absl::string_view::npos) {
    const auto found = types->find(absl::AsciiStrToLower(name.substr(dot)));
    if (found != types->end()) return std::string(found->second);
  }
  return "application/octet-stream";
}

bool IsCompressible(absl::string_view content_type) {
  const absl::string_view type = content_type.substr(0, content_type.find(';'));
  if (absl::StartsWith(type, "text/") || absl::EndsWith(type, "+xml") ||
      absl::EndsWith(type, "+json")) {
    return true;
  }
  for (const absl::string_view known :
       {"application/json", "application/xml", "application/wasm",
        "application/rtf", "application/x-tar", "image/x-icon", "image/bmp",
        "font/ttf", "font/otf"}) {
    if (type == known) return true;
  }
  return false;
}

}  // namespace airlock::http
