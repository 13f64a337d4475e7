// SPDX-License-Identifier: Apache-2.0
// National figures as people read them: the five values in words, margins, and bars whose uncertain end is drawn
// lighter. Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_FIGURES_TABLE_H_
#define AANGAN_CLIENT_COMMAND_FIGURES_TABLE_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "client/command/output.h"

namespace aangan::client {

// "In it: 11 of 12 collectives. Not in it: kerala_1."
std::string CoverageSentence(const std::vector<std::string>& contributors, const std::vector<std::string>& missing);

// How far the figures have come, each state that there is: "Provisional: may still be disputed." Empty where no figure
// has a state, as in a void round.
std::string StateSentence(const std::vector<federation::v1::Figure>& figures);

// Full blocks up to the figure less its margin, fading up to the figure and its margin; `full` is what `width` means.
std::string Bar(int64_t number, int64_t margin, int64_t full, int width);

// For people a figure is marked provisional where others beside it are not.
Table FiguresTable(const std::vector<federation::v1::Figure>& figures, bool for_people);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_FIGURES_TABLE_H_
