// SPDX-License-Identifier: Apache-2.0
// The cells of a preview.
#include "server/node/preview_cells.h"

#include <utility>

#include "base/problem.h"
#include "model/cells.h"
#include "privacy/accounting.h"
#include "server/node/margin.h"

namespace aangan::node {

absl::StatusOr<v1::PreviewReleaseResponse> PreviewMessage(const Preview& preview) {
  const model::CompiledCatalogue& catalogue = *preview.catalogue;
  if (preview.leaves.size() != preview.exact.counts.size()) {
    return Problem(absl::StatusCode::kInternal, Reason::kInternal, "The preview and the counts differ in length.");
  }
  v1::PreviewReleaseResponse response;
  response.set_members_cut(preview.exact.members_cut);
  response.set_proposal_digest(std::string(AsText(preview.entry.proposal_digest)));
  // In the order of the vector: quarterly tables, then yearly ones in a fourth quarter.
  for (const privacy::TableVariance& noise :
       privacy::RoundVariances(catalogue, preview.entry.period, preview.numbers)) {
    const model::CompiledTable& table = catalogue.tables[noise.table];
    const int64_t margin = MarginOf(privacy::NodeVariance(noise.sigma_squared, catalogue.summed(), preview.numbers));
    const uint32_t offset = table.yearly ? catalogue.quarter_cell_count : 0;
    for (model::Cell cell = table.first_cell; cell < table.first_cell + table.cell_count; ++cell) {
      const model::CellName name = model::NameOfCell(catalogue, table.yearly, cell);
      const size_t place = offset + cell;
      v1::PreviewCell& shown = *response.add_cells();
      shown.set_table(name.table);
      shown.set_indicator(name.indicator);
      for (const std::string& code : name.codes) shown.add_codes(code);
      const int64_t exact = preview.exact.counts[place];
      shown.set_exact(exact);
      shown.set_leaves(preview.leaves[place]);
      shown.set_margin(margin);
      // A yearly cell has no quarter before it to be compared with.
      if (preview.before && !table.yearly && cell < preview.before->counts.size())
        shown.set_exact_before(preview.before->counts[cell]);
      shown.set_one_could_recognise_herself(exact >= 1 && exact <= kRecognisableMax);
    }
  }
  return response;
}

}  // namespace aangan::node
