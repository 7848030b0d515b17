"""Addresses of the API of tills, without trailing slash."""

from django.urls import path

from orders.till.api import tips, views

urlpatterns = [
    path("api/v1/tills", views.Tills.as_view()),
    path("api/v1/tills/<int:pk>", views.TillDetail.as_view()),
    path("api/v1/tills/<int:pk>/moves", views.TillMoves.as_view()),
    path("api/v1/tills/<int:pk>/count", views.CountTill.as_view()),
    path("api/v1/tills/<int:pk>/reopen", views.ReopenTill.as_view()),
    path("api/v1/tills/<int:pk>/hand-over", views.HandOver.as_view()),
    path("api/v1/tills/<int:pk>/close", views.CloseTill.as_view()),
    path("api/v1/tips", tips.DayTips.as_view()),
    path("api/v1/tips/share", tips.SharePool.as_view()),
    path("api/v1/tips/corrections", tips.CorrectTips.as_view()),
    path("api/v1/closings", views.Closings.as_view()),
    path("api/v1/closings/<int:pk>", views.ClosingDetail.as_view()),
]
