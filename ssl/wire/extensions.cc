// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/extensions.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ssl/shown.h"
#include "ssl/wire/certificates.h"
#include "ssl/wire/names.h"

namespace airlock::ssl::wire {
namespace {

using Place = ExtensionPlace;

bool IsServers(Place place) {
  return place == Place::kServerHello || place == Place::kEncryptedExtensions ||
         place == Place::kHelloRetryRequest;
}

Field Item(std::string value) {
  Field field;
  field.value = std::move(value);
  return field;
}

// Adds `item`, or counts it if the list has too many already.
void AddItem(Field item, size_t* more, Field* into) {
  if (into->fields.size() < kMaxItems) {
    into->fields.push_back(std::move(item));
  } else {
    ++*more;
  }
}

void NoteMore(size_t more, Field* into) {
  if (more > 0)
    into->fields.push_back(Item(absl::StrCat("and ", more, " more")));
}

std::string CompressionText(uint32_t algorithm) {
  return WithNumber(CertificateCompressionName(algorithm), algorithm, 2);
}
std::string PskModeText(uint32_t mode) {
  return WithNumber(PskModeName(mode), mode, 1);
}
std::string PointFormatText(uint32_t format) {
  return WithNumber(PointFormatName(format), format, 1);
}
std::string CertificateTypeText(uint32_t type) {
  return WithNumber(CertificateTypeName(type), type, 1);
}
std::string SrtpText(uint32_t profile) {
  return absl::StrFormat("0x%04x", profile);
}

void DecodeServerName(Reader* reader, Field* into) {
  absl::string_view list;
  if (!reader->Vector(2, "its list", &list)) return;
  Reader names(list, into);
  size_t more = 0;
  while (!names.empty() && !names.failed()) {
    uint32_t type = 0;
    absl::string_view name;
    if (!names.Number(1, "a name's type", &type) ||
        !names.Vector(2, "a name", &name)) {
      return;
    }
    std::string text = Shown(name);
    if (type != 0) text = absl::StrCat(text, " (name type ", type, ")");
    AddItem(Item(std::move(text)), &more, into);
  }
  NoteMore(more, into);
}

void DecodeProtocols(Reader* reader, Field* into) {
  absl::string_view list;
  if (!reader->Vector(2, "its list", &list)) return;
  Reader names(list, into);
  size_t more = 0;
  while (!names.empty() && !names.failed()) {
    absl::string_view name;
    if (!names.Vector(1, "a protocol", &name)) return;
    if (name.empty()) {
      names.Fail("an empty protocol name");
      return;
    }
    AddItem(
        Item(IsGrease(name.size() == 2 ? static_cast<uint8_t>(name[0]) << 8 |
                                             static_cast<uint8_t>(name[1])
                                       : 0)
                 ? "GREASE"
                 : Shown(name)),
        &more, into);
  }
  NoteMore(more, into);
}

void DecodeStatusRequest(Reader* reader, Field* into) {
  uint32_t type = 0;
  absl::string_view responders;
  absl::string_view extensions;
  if (!reader->Number(1, "its type", &type)) return;
  if (type != 1) {
    into->fields.push_back(Bytes("request", reader->rest()));
    reader->Take(reader->rest().size(), "the request", &responders);
    return;
  }
  into->value = "OCSP";
  if (!reader->Vector(2, "responder_id_list", &responders) ||
      !reader->Vector(2, "request_extensions", &extensions)) {
    return;
  }
  if (!responders.empty()) {
    into->fields.push_back(Bytes("responder_id_list", responders));
  }
  if (!extensions.empty()) {
    into->fields.push_back(Bytes("request_extensions", extensions));
  }
}

// CertificateStatus (RFC 6066, section 8).
void DecodeStapled(Reader* reader, Field* into) {
  uint32_t type = 0;
  absl::string_view response;
  if (!reader->Number(1, "its type", &type) ||
      !reader->Vector(3, "the response", &response)) {
    return;
  }
  into->value = absl::StrCat(type == 1 ? "OCSP response" : "response of type ",
                             type == 1 ? "" : absl::StrCat(type), ", ",
                             Count(response.size(), "byte"));
}

void DecodeTimestamps(Reader* reader, Field* into) {
  absl::string_view list;
  if (!reader->Vector(2, "its list", &list)) return;
  Reader timestamps(list, into);
  size_t more = 0;
  while (!timestamps.empty() && !timestamps.failed()) {
    absl::string_view timestamp;
    if (!timestamps.Vector(2, "a timestamp", &timestamp)) return;
    Field item;
    Reader parts(timestamp, &item);
    uint32_t version = 0;
    absl::string_view log;
    if (parts.Number(1, "its version", &version) &&
        parts.Take(32, "its log", &log)) {
      item = Bytes("log", log);
      if (version != 0) item.value = absl::StrCat("version ", version);
    }
    AddItem(std::move(item), &more, into);
  }
  NoteMore(more, into);
}

void DecodeKeyShare(Reader* reader, Place place, Field* into) {
  uint32_t group = 0;
  absl::string_view key;
  if (place == Place::kHelloRetryRequest) {
    if (reader->Number(2, "selected_group", &group)) {
      into->value = GroupText(group);
    }
    return;
  }
  if (place == Place::kServerHello) {
    if (!reader->Number(2, "its group", &group) ||
        !reader->Vector(2, "its key", &key)) {
      return;
    }
    into->fields.push_back(Bytes("key_exchange", key));
    into->value =
        absl::StrCat(GroupText(group), ", ", Count(key.size(), "byte"));
    return;
  }
  absl::string_view list;
  if (!reader->Vector(2, "client_shares", &list)) return;
  Reader shares(list, into);
  size_t more = 0;
  while (!shares.empty() && !shares.failed()) {
    if (!shares.Number(2, "a share's group", &group) ||
        !shares.Vector(2, "a share's key", &key)) {
      return;
    }
    Field share = Bytes("", key);
    share.value =
        absl::StrCat(GroupText(group), ", ", Count(key.size(), "byte"));
    AddItem(std::move(share), &more, into);
  }
  NoteMore(more, into);
}

void DecodePreSharedKey(Reader* reader, Place place, Field* into) {
  if (IsServers(place)) {
    uint32_t selected = 0;
    if (reader->Number(2, "selected_identity", &selected)) {
      into->value = absl::StrCat("identity ", selected);
    }
    return;
  }
  absl::string_view list;
  if (!reader->Vector(2, "its identities", &list)) return;
  Reader identities(list, into);
  size_t more = 0;
  while (!identities.empty() && !identities.failed()) {
    absl::string_view identity;
    uint32_t age = 0;
    if (!identities.Vector(2, "an identity", &identity) ||
        !identities.Number(4, "its obfuscated_ticket_age", &age)) {
      return;
    }
    AddItem(Hidden("identity", identity), &more, into);
  }
  NoteMore(more, into);
  if (!reader->Vector(2, "its binders", &list)) return;
  Reader binders(list, into);
  more = 0;
  while (!binders.empty() && !binders.failed()) {
    absl::string_view binder;
    if (!binders.Vector(1, "a binder", &binder)) return;
    AddItem(Words("binder", Count(binder.size(), "byte")), &more, into);
  }
  NoteMore(more, into);
}

void DecodeEarlyData(Reader* reader, Place place, Field* into) {
  if (place != Place::kNewSessionTicket) return;
  uint32_t size = 0;
  if (reader->Number(4, "max_early_data_size", &size)) {
    into->value = absl::StrCat("up to ", Count(size, "byte"));
  }
}

void DecodeSupportedVersions(Reader* reader, Place place, Field* into) {
  if (place == Place::kClientHello) {
    DecodeNumbers(reader, 1, 2, "its list", VersionText, into);
    return;
  }
  uint32_t version = 0;
  if (reader->Number(2, "selected_version", &version)) {
    into->value = VersionText(version);
  }
}

void DecodeOneNumber(Reader* reader, size_t size, absl::string_view unit,
                     Field* into) {
  uint32_t number = 0;
  if (reader->Number(size, "its value", &number)) {
    into->value = unit.empty() ? absl::StrCat(number) : Count(number, unit);
  }
}

// Takes all that is left as bytes.
void DecodeRest(Reader* reader, Field* into) {
  absl::string_view rest;
  const Field bytes = Bytes("", reader->rest());
  into->bytes = bytes.bytes;
  into->size = bytes.size;
  reader->Take(reader->rest().size(), "its bytes", &rest);
}

void DecodeHidden(Reader* reader, Field* into) {
  absl::string_view rest;
  into->value = reader->empty() ? "empty" : Hidden("", reader->rest()).value;
  reader->Take(reader->rest().size(), "its bytes", &rest);
}

void DecodeCookie(Reader* reader, Field* into) {
  absl::string_view cookie;
  if (reader->Vector(2, "the cookie", &cookie)) {
    into->value = Hidden("", cookie).value;
  }
}

void DecodeRenegotiation(Reader* reader, Field* into) {
  absl::string_view data;
  if (!reader->Vector(1, "renegotiated_connection", &data)) return;
  into->value = data.empty() ? "first handshake"
                             : absl::StrCat(Count(data.size(), "byte"),
                                            " of the earlier handshake");
}

void DecodePadding(Reader* reader, Field* into) {
  absl::string_view rest;
  into->value = Count(reader->rest().size(), "byte");
  if (reader->rest().find_first_not_of('\0') != absl::string_view::npos) {
    reader->Fail("padding that is not zero");
    return;
  }
  reader->Take(reader->rest().size(), "padding", &rest);
}

void DecodeSrtp(Reader* reader, Field* into) {
  absl::string_view identifier;
  if (DecodeNumbers(reader, 2, 2, "its profiles", SrtpText, into)) {
    reader->Vector(1, "srtp_mki", &identifier);
  }
}

// A list of a client, or one choice of a server.
void DecodeCertificateTypes(Reader* reader, Place place, Field* into) {
  uint32_t type = 0;
  if (place == Place::kClientHello) {
    DecodeNumbers(reader, 1, 1, "its list", CertificateTypeText, into);
  } else if (reader->Number(1, "its choice", &type)) {
    into->value = CertificateTypeText(type);
  }
}

// Flags, which have no content.
bool IsFlag(uint16_t type) {
  return type == 4 || type == 22 || type == 23 || type == 49;
}

// False if it has no decoder.
bool DecodeKnown(uint16_t type, Place place, Reader* reader, Field* into) {
  switch (type) {
    case 0:
      if (!IsServers(place)) DecodeServerName(reader, into);
      return true;
    case 1: {
      constexpr std::array<absl::string_view, 5> kLengths = {
          "unknown", "512 bytes", "1024 bytes", "2048 bytes", "4096 bytes"};
      uint32_t code = 0;
      if (reader->Number(1, "its value", &code)) {
        into->value = std::string(kLengths[code <= 4 ? code : 0]);
      }
      return true;
    }
    case 5:
      if (place == Place::kCertificate) {
        DecodeStapled(reader, into);
      } else if (place == Place::kClientHello) {
        DecodeStatusRequest(reader, into);
      }
      return true;
    case 10:
      DecodeNumbers(reader, 2, 2, "its list", GroupText, into);
      return true;
    case 11:
      DecodeNumbers(reader, 1, 1, "its list", PointFormatText, into);
      return true;
    case 13:
    case 34:
    case 50:
      if (type == 34 && place == Place::kCertificate) return false;
      DecodeNumbers(reader, 2, 2, "its list", SignatureSchemeText, into);
      return true;
    case 14:
      DecodeSrtp(reader, into);
      return true;
    case 15:
    case 19:
    case 20:
      if (type == 15) {
        DecodeOneNumber(reader, 1, "", into);
      } else {
        DecodeCertificateTypes(reader, place, into);
      }
      return true;
    case 16:
    case 17513:
    case 17613:
      if (type != 16 && place != Place::kClientHello) return false;
      DecodeProtocols(reader, into);
      return true;
    case 18:
      if (!reader->empty()) DecodeTimestamps(reader, into);
      return true;
    case 21:
      DecodePadding(reader, into);
      return true;
    case 27:
      DecodeNumbers(reader, 1, 2, "its list", CompressionText, into);
      return true;
    case 28:
      DecodeOneNumber(reader, 2, "byte", into);
      return true;
    case 35:
      DecodeHidden(reader, into);
      return true;
    case 41:
      DecodePreSharedKey(reader, place, into);
      return true;
    case 42:
      DecodeEarlyData(reader, place, into);
      return true;
    case 43:
      DecodeSupportedVersions(reader, place, into);
      return true;
    case 44:
      DecodeCookie(reader, into);
      return true;
    case 45:
      DecodeNumbers(reader, 1, 1, "its list", PskModeText, into);
      return true;
    case 47:
      DecodeAuthorities(reader, into);
      return true;
    case 51:
      DecodeKeyShare(reader, place, into);
      return true;
    case 65281:
      DecodeRenegotiation(reader, into);
      return true;
    default:
      return IsFlag(type);
  }
}

}  // namespace

std::string SignatureSchemeText(uint32_t scheme) {
  return WithNumber(SignatureSchemeName(scheme), scheme, 2);
}
std::string GroupText(uint32_t group) {
  return WithNumber(GroupName(group), group, 2);
}
std::string VersionText(uint32_t version) {
  return WithNumber(VersionName(version), version, 2);
}

bool DecodeNumbers(Reader* reader, size_t length_size, size_t item_size,
                   absl::string_view what, std::string (*words)(uint32_t),
                   Field* into) {
  absl::string_view list;
  if (!reader->Vector(length_size, what, &list)) return false;
  if (list.size() % item_size != 0) {
    return reader->Fail(absl::StrCat(what, " has ", Count(list.size(), "byte"),
                                     ", which is not a multiple of ",
                                     item_size));
  }
  Reader items(list, into);
  size_t more = 0;
  uint32_t number = 0;
  while (!items.empty() && items.Number(item_size, "an item", &number)) {
    AddItem(Item(into->fields.size() < kMaxItems ? words(number) : ""), &more,
            into);
  }
  NoteMore(more, into);
  return true;
}

void DecodeAuthorities(Reader* reader, Field* into) {
  absl::string_view list;
  if (!reader->Vector(2, "certificate_authorities", &list)) return;
  Reader names(list, into);
  size_t more = 0;
  while (!names.empty() && !names.failed()) {
    absl::string_view name;
    if (!names.Vector(2, "a name", &name)) break;
    Field item;
    if (into->fields.size() < kMaxItems) {
      item.value = DescribeName(name);
      if (item.value.empty()) {
        item = Bytes("", name);
        item.problem = "not a distinguished name";
      }
    }
    AddItem(std::move(item), &more, into);
  }
  NoteMore(more, into);
}

Field DecodeExtension(uint16_t type, absl::string_view data,
                      ExtensionPlace place) {
  Field field;
  const absl::string_view name = ExtensionName(type);
  field.name = absl::StrCat(!name.empty()    ? name
                            : IsGrease(type) ? "GREASE"
                                             : "unknown extension",
                            " (", type, ")");
  Reader reader(data, &field);
  if (!DecodeKnown(type, place, &reader, &field)) {
    DecodeRest(&reader, &field);
    return field;
  }
  if (!reader.Done() || IsMalformed(field)) {
    const Field bytes = Bytes("", data);
    field.bytes = bytes.bytes;
    field.size = bytes.size;
  }
  return field;
}

void DecodeExtensions(Reader* reader, ExtensionPlace place, Field* message) {
  absl::string_view list;
  if (!reader->Vector(2, "extensions", &list)) return;
  Field extensions = Words("extensions", "");
  Reader items(list, &extensions);
  size_t more = 0;
  while (!items.empty() && !items.failed()) {
    uint32_t type = 0;
    absl::string_view data;
    if (!items.Number(2, "an extension's type", &type) ||
        !items.Vector(2, absl::StrCat("extension ", type), &data)) {
      break;
    }
    // Only those that are kept are decoded.
    AddItem(extensions.fields.size() < kMaxItems
                ? DecodeExtension(static_cast<uint16_t>(type), data, place)
                : Field(),
            &more, &extensions);
  }
  NoteMore(more, &extensions);
  if (list.empty()) extensions.value = "none";
  message->fields.push_back(std::move(extensions));
}

}  // namespace airlock::ssl::wire
