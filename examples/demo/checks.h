// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The demo's refusals.
#ifndef AIRLOCK_EXAMPLES_DEMO_CHECKS_H_
#define AIRLOCK_EXAMPLES_DEMO_CHECKS_H_

#include <string>
#include <vector>

#include "examples/demo/scenes.h"

namespace airlock::demo {

struct DemoCheck {
  std::string tried;      // "wrong host, payments.example".
  std::string came_back;  // "Hostname: the certificate is not ...".
  bool as_it_must = false;
};

// Runs variations of `good`, a plan that succeeds. Each must be refused, or
// connect in a certain way. `enforced` is a Runtime with
// AIRLOCK_VERIFY=enforce.
std::vector<DemoCheck> RunDemoChecks(const DemoCast& cast, const DemoPlan& good,
                                     platform::Runtime* enforced,
                                     DemoStage* stage);

}  // namespace airlock::demo

#endif  // AIRLOCK_EXAMPLES_DEMO_CHECKS_H_
