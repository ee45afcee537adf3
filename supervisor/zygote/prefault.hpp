// SPDX-License-Identifier: Apache-2.0
/// @file
/// Takes page faults now instead of on the way from a death to the next frame.
#pragma once

namespace streamlib::supervision {

/// Gives this process its own copies of the private pages that it inherited by fork (data, heap, stack), which it would
/// else copy one by one when it first writes to them. Pages that nobody has touched stay untouched: each page that a process
/// has is taken apart when it dies, before anybody learns of its death. What the kernel does not know is left out.
void own_inherited_pages() noexcept;

}  // namespace streamlib::supervision
