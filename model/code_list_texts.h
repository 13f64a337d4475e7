// SPDX-License-Identifier: Apache-2.0
// The texts of deploy/codes in the order of ListId, written into a source by the build (cmake/code_lists.cmake).
// Threads: constant.
#ifndef AANGAN_MODEL_CODE_LIST_TEXTS_H_
#define AANGAN_MODEL_CODE_LIST_TEXTS_H_

#include <array>

#include "model/codes.h"

namespace aangan::model {

extern const std::array<const char*, kListCount> kCodeListTexts;

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CODE_LIST_TEXTS_H_
