// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A PKCS #11 module that fails as the variable ODD says. Its token "odd" has
// one RSA key, and "signs" with the bytes of the input.

#include <p11-kit-1/p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int found;
static int logged_in;

static int Odd(const char* how) {
  const char* const odd = getenv("ODD");
  return odd != NULL && strcmp(odd, how) == 0;
}

// Adds a letter to the file in the variable ODD_LOG.
static void Log(char letter) {
  const char* const path = getenv("ODD_LOG");
  FILE* const file = path == NULL ? NULL : fopen(path, "a");
  if (file == NULL) return;
  fputc(letter, file);
  fclose(file);
}

static CK_RV Initialize(void* arguments) {
  (void)arguments;
  Log('i');
  logged_in = 0;
  return Odd("initialize") ? CKR_GENERAL_ERROR : CKR_OK;
}

static CK_RV Finalize(void* reserved) {
  (void)reserved;
  Log('f');
  return CKR_OK;
}

static CK_RV GetSlotList(unsigned char present, CK_SLOT_ID* slots,
                         unsigned long* count) {
  (void)present;
  *count = Odd("none") ? 0 : Odd("two") ? 2 : 1;
  if (slots == NULL) return CKR_OK;
  for (unsigned long i = 0; i < *count; ++i) slots[i] = i;
  return CKR_OK;
}

static CK_RV GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  memset(info, ' ', sizeof(*info));
  memcpy(info->label, "odd", 3);
  info->serialNumber[0] = (unsigned char)('0' + slot);
  info->flags = CKF_TOKEN_INITIALIZED;
  if (!Odd("no_login")) info->flags |= CKF_LOGIN_REQUIRED;
  return CKR_OK;
}

static CK_RV GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
                              CK_MECHANISM_INFO* info) {
  (void)slot;
  memset(info, 0, sizeof(*info));
  if (type != CKM_RSA_PKCS || Odd("mechanism")) return CKR_MECHANISM_INVALID;
  info->flags = CKF_SIGN;
  return CKR_OK;
}

static CK_RV OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void* application,
                         CK_NOTIFY notify, CK_SESSION_HANDLE* session) {
  (void)slot, (void)flags, (void)application, (void)notify;
  *session = 1;
  return CKR_OK;
}

static CK_RV Login(CK_SESSION_HANDLE session, CK_USER_TYPE user,
                   unsigned char* pin, unsigned long size) {
  (void)session, (void)user;
  Log('l');
  if (size != 4 || memcmp(pin, "1234", 4) != 0) return CKR_PIN_INCORRECT;
  ++logged_in;
  return CKR_OK;
}

static CK_RV FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted,
                             unsigned long count) {
  (void)session, (void)wanted, (void)count;
  found = 0;
  return CKR_OK;
}

static CK_RV FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* keys,
                         unsigned long most, unsigned long* count) {
  (void)session;
  *count = 0;
  while (*count < most && found < (Odd("several") ? 2 : 1)) {
    keys[(*count)++] = (CK_OBJECT_HANDLE)++found;
  }
  return CKR_OK;
}

static CK_RV FindObjectsFinal(CK_SESSION_HANDLE session) {
  (void)session;
  return CKR_OK;
}

static CK_RV GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
                               CK_ATTRIBUTE* attributes, unsigned long count) {
  (void)session, (void)key, (void)count;
  if (attributes->type == CKA_KEY_TYPE) {
    const CK_KEY_TYPE type = CKK_RSA;
    memcpy(attributes->pValue, &type, sizeof(type));
    return CKR_OK;
  }
  if (attributes->type == CKA_ALWAYS_AUTHENTICATE && Odd("always")) {
    *(unsigned char*)attributes->pValue = 1;
    return CKR_OK;
  }
  return CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV SignInit(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism,
                      CK_OBJECT_HANDLE key) {
  (void)session, (void)mechanism, (void)key;
  return CKR_OK;
}

static CK_RV Sign(CK_SESSION_HANDLE session, unsigned char* input,
                  unsigned long input_size, unsigned char* signature,
                  unsigned long* size) {
  (void)session;
  if (Odd("crash")) *(volatile int*)NULL = 1;
  if (Odd("exit")) _exit(0);
  if (Odd("fork") && fork() != -1) return CKR_GENERAL_ERROR;
  if (Odd("network") && socket(AF_INET, SOCK_STREAM, 0) == -1) {
    return CKR_DEVICE_ERROR;
  }
  if (Odd("always") && logged_in != 2) return CKR_USER_NOT_LOGGED_IN;
  --logged_in;
  if (Odd("empty")) {
    *size = 0;
    return CKR_OK;
  }
  if (Odd("fail")) return CKR_DEVICE_REMOVED;
  memcpy(signature, input, input_size);
  *size = input_size;
  return CKR_OK;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(
    CK_FUNCTION_LIST** list);

CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static CK_FUNCTION_LIST functions;
  functions.C_Initialize = Initialize;
  functions.C_Finalize = Finalize;
  functions.C_GetSlotList = GetSlotList;
  functions.C_GetTokenInfo = GetTokenInfo;
  functions.C_GetMechanismInfo = GetMechanismInfo;
  functions.C_OpenSession = OpenSession;
  functions.C_Login = Login;
  functions.C_FindObjectsInit = FindObjectsInit;
  functions.C_FindObjects = FindObjects;
  functions.C_FindObjectsFinal = FindObjectsFinal;
  functions.C_GetAttributeValue = GetAttributeValue;
  functions.C_SignInit = SignInit;
  functions.C_Sign = Sign;
  *list = &functions;
  return Odd("list") ? CKR_GENERAL_ERROR : CKR_OK;
}
