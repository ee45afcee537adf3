// SPDX-License-Identifier: Apache-2.0
/// @file
/// Two network namespaces and a cable between them on which each packet is one by itself.
#pragma once

#include <sys/types.h>

#include <string>

namespace streamlib::bench {

/// This process goes to a network namespace of its own; throws Absent where that is not permitted.
void enter_network_namespace();
/// Here `near_end`, in the namespace of process `far` `far_end`; throws Absent where the kernel has no veth.
void lay_cable(const std::string& near_end, const std::string& far_end, pid_t far);
/// Gives the interface its address ("10.77.0.1/24") and switches off that packets are joined, or segmented behind it: what
/// leaves is what a network card would send. Throws Absent where that is not permitted.
void bring_up(const std::string& interface, const std::string& address);

}  // namespace streamlib::bench
