#include "table/table.h"

static const struct {
  const char *name;
  enum vt_column_type type;
} columns[VT_TABLE_COLUMNS] = {
#define VT_COLUMN(column, column_type, text) [column] = {text, column_type},
#include "table/columns.def"
#undef VT_COLUMN
};

static const struct {
  const char *name;
  bool truth;
} heads[VT_TABLE_HEADS] = {
#define VT_HEAD(field, is_truth, text) [field] = {text, is_truth},
#include "table/columns.def"
#undef VT_HEAD
};

static bool is_column(int column)
{
  return column > VATER_COLUMN_NONE && column < VT_TABLE_COLUMNS;
}

static bool is_head(int field)
{
  return field > VATER_HEAD_NONE && field < VT_TABLE_HEADS;
}

enum vt_column_type vt_column_type(int column)
{
  return is_column(column) ? columns[column].type : VT_COLUMN_TEXT;
}

const char *vt_column_name(int column)
{
  return is_column(column) ? columns[column].name : "";
}

bool vt_head_is_truth(int field)
{
  return is_head(field) && heads[field].truth;
}

const char *vt_head_name(int field)
{
  return is_head(field) ? heads[field].name : "";
}
