data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}
locals {
  account = data.aws_caller_identity.current.account_id
  prefix  = "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.name}:${local.account}:secret"
}
resource "aws_secretsmanager_secret" "db" {
  name = "${var.env}/db"
}
resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn = aws_secretsmanager_secret.db.arn
  policy     = data.aws_iam_policy_document.db.json
}
data "aws_iam_policy_document" "db" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.db.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.app.arn, "arn:aws:iam::${local.account}:root", local.account]
    }
  }
  dynamic "statement" {
    for_each = var.readers
    content {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["*"]
      principals {
        type        = "AWS"
        identifiers = [statement.value]
      }
    }
  }
}
data "aws_iam_policy_document" "app" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid     = "Read"
    actions = ["secretsmanager:GetSecretValue"]
    resources = concat(
      [aws_secretsmanager_secret.db.arn, "${local.prefix}:${var.env}/db-??????"],
      [for name in var.names : "${local.prefix}:${name}-??????"],
      var.more,
    )
  }
  statement {
    actions   = ["ssm:GetParameter*"]
    resources = ["arn:aws:ssm:*:${local.account}:parameter${var.path}/*", aws_ssm_parameter.x.arn]
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = [var.team]
    }
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.b.arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["", "home/", "home/&{aws:username}/*"]
    }
  }
  statement {
    effect = var.allow ? "Allow" : "Deny"
    actions = var.allow ? ["kms:Decrypt"] : ["kms:*"]
    resources = [aws_kms_key.k.arn]
  }
}
resource "aws_s3_bucket" "b" {}
resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.eks.arn }
      Condition = {
        StringEquals = {
          "${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:sub" = "system:serviceaccount:ns:app"
          "${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}
resource "aws_iam_policy" "app" {
  policy = data.aws_iam_policy_document.app.json
}
resource "aws_kms_key" "k" {
  policy = <<-JSON
  {
    "Version": "2012-10-17",
    "Statement": [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::${local.account}:root"}, "Action": "kms:*", "Resource": "*"},
      {"Effect": "Allow", "Principal": {"AWS": ${jsonencode(var.users)}}, "Action": ["kms:Decrypt"], "Resource": "*"},
      {"Effect": "Allow", "Principal": {"Service": "logs.${data.aws_region.current.name}.amazonaws.com"}, "Action": ["kms:Decrypt*", "kms:Encrypt*"], "Resource": "*",
       "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:${data.aws_region.current.name}:${local.account}:*"}}}
    ]
  }
  JSON
}
