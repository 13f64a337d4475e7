// SPDX-License-Identifier: Apache-2.0
// The text of authorisation.txt, compiled in.
#ifndef AANGAN_SERVER_SHARED_AUTHORISATION_TEXT_H_
#define AANGAN_SERVER_SHARED_AUTHORISATION_TEXT_H_

namespace aangan::server {

extern const char* const kAuthorisationText;

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_AUTHORISATION_TEXT_H_
