// SPDX-License-Identifier: Apache-2.0
// What whoever runs the doctor may see of this computer's files: a check that may not look says so, and never that all
// is well.
//
// Threads: thread-safe. Errors: none; an answer of its own for each case.
#ifndef AANGAN_CLIENT_COMMAND_DOCTOR_SIGHT_H_
#define AANGAN_CLIENT_COMMAND_DOCTOR_SIGHT_H_

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

namespace aangan::client {

// The words of a check that was not allowed to look.
inline constexpr char kMayNotLook[] = "this user may not look there: run it as the user of the service, or with sudo";

enum class Sight { kThere, kAbsent, kForbidden };

// `mode` as of access(2): F_OK, R_OK, or R_OK | X_OK for a folder that is to be looked through. Links are followed.
Sight SightOf(const std::string& path, int mode);

// Everything below the folder, without following links. `visit` returns whether to go on into a folder. False: some of
// it may not be looked at. What is taken away meanwhile is passed over.
bool WalkFolder(const std::string& folder,
                const std::function<bool(const std::filesystem::path&, const struct stat&)>& visit);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_DOCTOR_SIGHT_H_
